#include "services/ccc-simulator/spoil.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/error.hpp"

namespace watchtower::simulator {

namespace {

using Json = nlohmann::ordered_json;

/// What is no record in any section.
std::vector<std::string> with_no_objects(std::vector<std::string> records) {
    for (const char* record : {"null", "17", "\"text\"", "[]", "[[[{}]]]", "true"}) {
        records.emplace_back(record);
    }
    return records;
}

std::vector<std::string> with_no_players(std::vector<std::string> records, const std::string& rest) {
    for (const char* player : {"", "\"player_id\":null,", "\"player_id\":{},", "\"player_id\":true,"}) {
        records.push_back("{" + (player + rest) + "}");
    }
    return with_no_objects(std::move(records));
}

/// The list of a body, taken apart and put together again.
template <typename Change>
std::string change_records(const std::string& body, Change change) {
    Json json = Json::parse(body);
    change(json.begin().value());
    return json.dump();
}

std::string shuffled(const std::string& body) {
    return change_records(body, [](Json& records) {
        Random random(records.size());
        for (std::size_t i = records.size(); i > 1; --i) {
            std::swap(records[i - 1], records[random.below(i)]);
        }
    });
}

std::string repeated(const std::string& body, std::uint64_t count) {
    return change_records(body, [count](Json& records) {
        const std::size_t size = records.size();
        for (std::size_t i = 0; i < count && size > 0; ++i) {
            records.push_back(Json(records[i % size]));
        }
    });
}

std::string with_bad_records(std::string body, std::uint64_t count, const std::vector<std::string>& bad) {
    const std::size_t start = body.find('[') + 1;
    const bool empty_list = body.at(start) == ']';
    std::string records;
    for (std::uint64_t i = 0; i < count; ++i) {
        records += i > 0 ? "," : "";
        records += bad[i % bad.size()];
    }
    records += empty_list ? "" : ",";
    return body.insert(start, records);
}

/// Another member at the end of the body's object.
std::string with_member(std::string body, const std::string& member) {
    body.pop_back();
    return body + "," + member + "}";
}

std::string with_next(const std::string& body, const std::string& value) {
    Json json = Json::parse(body);
    json["next"] = value;
    return json.dump();
}

}  // namespace

const std::vector<std::string>& bad_records(proto::Section section, const Shape& shape) {
    static const std::vector<std::string> kNomads = with_no_players({R"({"player_id":"bad","count":-1})",
                                                                     R"({"player_id":"bad","count":"many"})",
                                                                     R"({"player_id":"bad","actions":{"move":-5}})",
                                                                     R"({"player_id":"bad","actions":{"move":"NaN"}})",
                                                                     R"({"player_id":"bad","actions":[1,2]})"},
                                                                    R"("count":1)");
    static const std::vector<std::string> kBalances = with_no_players({R"({"player_id":"bad","gold":-1,"spice":1})",
                                                                       R"({"player_id":"bad","gold":1,"spice":"12"})",
                                                                       R"({"player_id":"bad","gold":"NaN","spice":1})",
                                                                       R"({"player_id":"bad","gold":[5],"spice":1})",
                                                                       R"({"player_id":"bad","gold":1e400,"spice":1})"},
                                                                      R"("gold":1,"spice":1)");
    static const std::vector<std::string> kRows =
        with_no_players({R"({"player_id":"bad","type":"gold","amount":-1})",
                         R"({"player_id":"bad","type":"spice","amount":"12"})",
                         R"({"player_id":"bad","type":"gold","amount":[5]})",
                         R"({"player_id":"bad","type":"gold","amount":1e400})"},
                        R"("type":"gold","amount":1)");
    static const std::vector<std::string> kDwellings = with_no_players({R"({"player_id":"bad","level":0})",
                                                                        R"({"player_id":"bad","level":1001})",
                                                                        R"({"player_id":"bad","level":2.5})",
                                                                        R"({"player_id":"bad","level":-1})",
                                                                        R"({"player_id":"bad","level":"3"})",
                                                                        R"({"player_id":"bad","level":null})",
                                                                        R"({"player_id":"bad","level":[1]})",
                                                                        R"({"player_id":"bad"})"},
                                                                       R"("level":1)");
    static const std::vector<std::string> kCombats = with_no_objects({
        R"({"id":"bad1","type":"attack","success":"yes"})",
        R"({"id":"bad2","type":"attack","destroyed_dwellings":-1})",
        R"({"id":"bad3","type":"attack","destroyed_dwellings":"two"})",
        R"({"id":"bad4","type":"attack","destroyed_dwellings":[1]})",
    });
    static const std::vector<std::string> kEvents = with_no_objects({
        R"({"id":"bad1"})",
        R"({"id":"bad2","type":5})",
        R"({"id":"bad3","type":"tempete","affected_players":-1})",
        R"({"id":"bad4","type":"tempete","affected_players":"many"})",
        R"({"id":"bad5","type":"tempete","affected_players":{}})",
    });
    switch (section) {
        case proto::Section::nomads:
            return kNomads;
        case proto::Section::resources:
            return shape.resource_rows ? kRows : kBalances;
        case proto::Section::dwellings:
            return kDwellings;
        case proto::Section::pvp:
            return kCombats;
        case proto::Section::events:
            break;
    }
    return kEvents;
}

bool spoils_body(const std::vector<Fault>& faults) {
    using Kind = Fault::Kind;
    return std::any_of(faults.begin(), faults.end(), [](const Fault& fault) {
        return fault.kind != Kind::status && fault.kind != Kind::delay && fault.kind != Kind::drip &&
               fault.kind != Kind::truncate && fault.kind != Kind::no_answer && fault.kind != Kind::broken_gzip;
    });
}

Spoilt spoil(std::string body, const std::vector<Fault>& faults, proto::Section section, const Shape& shape) {
    using Kind = Fault::Kind;
    Spoilt spoilt{std::move(body), 0, true};
    const auto replace = [&spoilt](std::string text, bool readable) {
        spoilt.body = std::move(text);
        spoilt.readable = spoilt.readable && readable;
    };
    // Records first: the other kinds leave nothing that could be taken apart.
    for (const Fault& fault : faults) {
        if (fault.kind == Kind::shuffle) {
            replace(shuffled(spoilt.body), true);
        } else if (fault.kind == Kind::repeat) {
            const bool has_ids = section == proto::Section::pvp || section == proto::Section::events;
            replace(repeated(spoilt.body, fault.records), has_ids && shape.ids);
        } else if (fault.kind == Kind::next) {
            replace(with_next(spoilt.body, fault.value), false);
        }
    }
    for (const Fault& fault : faults) {
        if (fault.kind == Kind::bad_records) {
            replace(with_bad_records(std::move(spoilt.body), fault.records, bad_records(section, shape)), true);
            spoilt.bad_records += fault.records;
        } else if (fault.kind == Kind::huge) {
            const std::uint64_t missing = std::max<std::uint64_t>(fault.bytes, spoilt.body.size()) - spoilt.body.size();
            replace(with_member(std::move(spoilt.body), R"("padding":")" + std::string(missing, 'x') + '"'), false);
        }
    }
    for (const Fault& fault : faults) {
        if (spoilt.body.empty()) {
            break;
        }
        if (fault.kind == Kind::invalid_json) {
            spoilt.body.back() = ']';
            replace(spoilt.body, false);
        } else if (fault.kind == Kind::cut_json) {
            const auto left = static_cast<std::size_t>(fault.share * static_cast<double>(spoilt.body.size()));
            replace(spoilt.body.substr(0, std::min(left, spoilt.body.size() - 1)), false);
        } else if (fault.kind == Kind::empty_body) {
            replace("", false);
        }
    }
    return spoilt;
}

}  // namespace watchtower::simulator
