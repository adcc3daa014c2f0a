#include "services/ccc-simulator/faults.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/error.hpp"

namespace watchtower::simulator {

namespace {

using Json = nlohmann::ordered_json;

/// A kind's name and the members that only some kinds have.
struct KindName {
    Fault::Kind kind;
    std::string_view name;
    std::set<std::string> members;
};

const std::vector<KindName>& kind_names() {
    using Kind = Fault::Kind;
    static const std::vector<KindName> kNames = {
        {Kind::status, "status", {"status", "retry_after", "location"}},
        {Kind::delay, "delay", {"milliseconds"}},
        {Kind::drip, "drip", {"bytes_per_second"}},
        {Kind::truncate, "truncate", {"share"}},
        {Kind::no_answer, "no_answer", {"milliseconds"}},
        {Kind::cut_json, "cut_json", {"share"}},
        {Kind::invalid_json, "invalid_json", {}},
        {Kind::empty_body, "empty_body", {}},
        {Kind::bad_records, "bad_records", {"records"}},
        {Kind::shuffle, "shuffle", {}},
        {Kind::repeat, "repeat", {"records"}},
        {Kind::huge, "huge", {"bytes"}},
        {Kind::next, "next", {"value"}},
        {Kind::broken_gzip, "broken_gzip", {}},
    };
    return kNames;
}

const KindName& named(std::string_view name) {
    const auto& names = kind_names();
    const auto found = std::find_if(names.begin(), names.end(), [name](const auto& kind) { return kind.name == name; });
    if (found == names.end()) {
        throw BadInput("faults: kind: '" + std::string(name) + "' is unknown");
    }
    return *found;
}

const KindName& named(Fault::Kind kind) {
    return kind_names()[static_cast<std::size_t>(kind)];
}

/// Takes the members of one fault one by one, so that what is left is unknown.
class Members {
public:
    explicit Members(Json json) : json_(std::move(json)) {
        if (!json_.is_object()) {
            throw BadInput("faults: each must be an object");
        }
    }

    std::optional<std::string> text(const std::string& name) {
        const Json value = take(name);
        if (!value.is_null() && !value.is_string()) {
            throw BadInput("faults: " + name + ": no text");
        }
        return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
    }

    std::optional<double> number(const std::string& name, double least, double most) {
        const Json value = take(name);
        if (value.is_null()) {
            return std::nullopt;
        }
        if (!value.is_number() || value.get<double>() < least || value.get<double>() > most) {
            throw BadInput("faults: " + name + ": no number in its bounds");
        }
        return value.get<double>();
    }

    std::optional<std::uint64_t> integer(const std::string& name, double least, double most) {
        const bool whole = !json_.contains(name) || json_[name].is_number_integer();
        const auto value = number(name, least, most);
        if (!whole) {
            throw BadInput("faults: " + name + ": no whole number");
        }
        return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
    }

    bool boolean(const std::string& name) {
        const Json value = take(name);
        if (!value.is_null() && !value.is_boolean()) {
            throw BadInput("faults: " + name + ": neither true nor false");
        }
        return value.is_boolean() && value.get<bool>();
    }

    void expect_none_left(const KindName& kind) const {
        for (const auto& [name, value] : json_.items()) {
            throw BadInput("faults: " + name + ": no member of '" + std::string(kind.name) + "'");
        }
    }

private:
    Json take(const std::string& name) {
        const auto found = json_.find(name);
        if (found == json_.end()) {
            return nullptr;
        }
        Json value = *found;
        json_.erase(found);
        return value;
    }

    Json json_;
};

proto::Section parse_section(const std::string& name) {
    for (const proto::Section section : proto::kSections) {
        if (to_text(section) == name) {
            return section;
        }
    }
    throw BadInput("faults: section: '" + name + "' is unknown");
}

void parse_own_members(Fault& fault, Members& members, const KindName& kind) {
    constexpr double kMostMilliseconds = 60'000;
    constexpr double kMostBytes = 4e9;
    const auto has = [&kind](const char* name) { return kind.members.contains(name); };
    if (has("status")) {
        fault.status = static_cast<int>(members.integer("status", 200, 599).value_or(503));
        fault.retry_after = members.integer("retry_after", 0, 1e6);
        fault.location = members.text("location").value_or("");
    }
    if (has("milliseconds")) {
        fault.delay = std::chrono::milliseconds(members.integer("milliseconds", 0, kMostMilliseconds).value_or(0));
    }
    if (has("bytes_per_second")) {
        fault.bytes = members.integer("bytes_per_second", 1, kMostBytes).value_or(1000);
    }
    if (has("bytes")) {
        fault.bytes = members.integer("bytes", 0, kMostBytes).value_or(1U << 30U);
    }
    if (has("share")) {
        fault.share = members.number("share", 0, 1).value_or(0.5);
    }
    if (has("records")) {
        fault.records = members.integer("records", 1, 1e6).value_or(1);
    }
    if (has("value")) {
        fault.value = members.text("value").value_or("");
    }
}

Fault parse_fault(const Json& json) {
    Members members(json);
    const KindName& kind = named(members.text("kind").value_or(""));
    Fault fault;
    fault.kind = kind.kind;
    if (const auto section = members.text("section")) {
        fault.section = parse_section(*section);
    }
    fault.world = members.text("world");
    fault.probability = members.number("probability", 0, 1).value_or(1);
    fault.count = members.integer("count", 0, 1e15);
    fault.skip = members.integer("skip", 0, 1e15).value_or(0);
    fault.unread = members.boolean("unread");
    // What GET shows may come back.
    (void)members.integer("struck", 0, 1e15);
    parse_own_members(fault, members, kind);
    members.expect_none_left(kind);
    return fault;
}

Json to_json(const Fault& fault) {
    const KindName& kind = named(fault.kind);
    const auto has = [&kind](const char* name) { return kind.members.contains(name); };
    Json json{{"kind", kind.name}};
    const auto add = [&json](const char* name, bool given, const auto& value) {
        if (given) {
            json[name] = value;
        }
    };
    add("section", fault.section.has_value(), to_text(fault.section.value_or(proto::Section::nomads)));
    add("world", fault.world.has_value(), fault.world.value_or(""));
    add("probability", true, fault.probability);
    add("count", fault.count.has_value(), fault.count.value_or(0));
    add("skip", fault.skip > 0, fault.skip);
    add("unread", fault.unread, true);
    add("struck", true, fault.struck);
    add("status", has("status"), fault.status);
    add("retry_after", fault.retry_after.has_value(), fault.retry_after.value_or(0));
    add("location", !fault.location.empty(), fault.location);
    add("milliseconds", has("milliseconds"), fault.delay.count());
    add("bytes_per_second", has("bytes_per_second"), fault.bytes);
    add("bytes", has("bytes"), fault.bytes);
    add("share", has("share"), fault.share);
    add("records", has("records"), fault.records);
    add("value", has("value"), fault.value);
    return json;
}

}  // namespace

std::vector<Fault::Kind> fault_kinds() {
    std::vector<Fault::Kind> kinds;
    for (const KindName& name : kind_names()) {
        kinds.push_back(name.kind);
    }
    return kinds;
}

std::string_view to_text(Fault::Kind kind) {
    return named(kind).name;
}

std::vector<Fault> parse_faults(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_array()) {
        throw BadInput("faults: no JSON list");
    }
    std::vector<Fault> faults;
    for (const Json& fault : json) {
        faults.push_back(parse_fault(fault));
    }
    return faults;
}

std::string render_faults(const std::vector<Fault>& faults) {
    Json json = Json::array();
    std::transform(faults.begin(), faults.end(), std::back_inserter(json), to_json);
    return json.dump();
}

void Faults::replace(std::vector<Fault> faults) {
    const std::lock_guard lock(mutex_);
    faults_.swap(faults);
}

std::vector<Fault> Faults::list() const {
    const std::lock_guard lock(mutex_);
    return faults_;
}

std::vector<Fault> Faults::strike(proto::Section section, const std::string& world) {
    const std::lock_guard lock(mutex_);
    std::vector<Fault> striking;
    for (Fault& fault : faults_) {
        if (fault.section.value_or(section) != section || fault.world.value_or(world) != world) {
            continue;
        }
        if (fault.skip > 0) {
            --fault.skip;
            continue;
        }
        if (fault.struck < fault.count.value_or(UINT64_MAX) && random_.chance(fault.probability)) {
            ++fault.struck;
            striking.push_back(fault);
        }
    }
    return striking;
}

}  // namespace watchtower::simulator
