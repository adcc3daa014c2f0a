#include "proto-json/document.hpp"

#include <algorithm>

#include "common/base/json_text.hpp"
#include "proto-json/decoders.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

/// `{"a":1,"b":2}` of whatever `append_member` appends for each element.
template <typename List, typename AppendMember>
void append_object(std::string& out, const List& list, AppendMember append_member) {
    out += '{';
    bool first = true;
    for (const auto& element : list) {
        if (!first) {
            out += ',';
        }
        first = false;
        append_member(element);
    }
    out += '}';
}

// Each appends the section's members without the braces around them.

void append_members(std::string& out, const NomadsSection& section) {
    out += R"("total_nomads":)";
    append_count(out, section.total_nomads);
    out += R"(,"by_action":)";
    append_counts(out, section.by_action);
    out += R"(,"by_player":)";
    append_object(out, section.by_player, [&out](const auto& player) {
        append_json_string(out, player.first);
        out += ':';
        append_counts(out, player.second);
    });
}

void append_members(std::string& out, const ResourcesSection& section) {
    out += R"("total_gold":)";
    append_text(out, section.total_gold);
    out += R"(,"total_spice":)";
    append_text(out, section.total_spice);
    out += R"(,"by_player":)";
    append_object(out, section.by_player, [&out](const ResourcesSection::Player& player) {
        append_json_string(out, player.player_id);
        out += R"(:{"gold":)";
        append_text(out, player.gold);
        out += R"(,"spice":)";
        append_text(out, player.spice);
        out += '}';
    });
}

void append_members(std::string& out, const DwellingsSection& section) {
    out += R"("by_level":)";
    append_object(out, section.by_level, [&out](const auto& level) {
        out += '"';
        append_count(out, level.first);
        out += "\":";
        append_count(out, level.second);
    });
    out += R"(,"total":)";
    append_count(out, section.total);
}

void append_members(std::string& out, const PvpSection& section) {
    out += R"("total_attacks":)";
    append_count(out, section.total_attacks);
    out += R"(,"successful_attacks":)";
    append_count(out, section.successful_attacks);
    out += R"(,"destroyed_dwellings":)";
    append_count(out, section.destroyed_dwellings);
}

void append_members(std::string& out, const EventsSection& section) {
    out += R"("by_type":)";
    append_event_types(out, section.by_type);
    out += R"(,"total":)";
    append_count(out, section.total);
}

void append_staleness(std::string& out, const Staleness& staleness) {
    out += R"({"since":)";
    append_time(out, staleness.since);
    out.append(R"(,"error":")").append(to_text(staleness.error)).append("\"}");
}

template <typename T>
void append_section(std::string& out, Section section, const std::optional<T>& value) {
    out.append("\"").append(to_text(section)).append("\":");
    if (value) {
        out += '{';
        append_members(out, *value);
        out += '}';
    } else {
        out += "null";
    }
}

template <typename T>
std::optional<std::string> encode_one(const Document& document, Section section, const std::optional<T>& value) {
    if (!value) {
        return std::nullopt;
    }
    std::string out = "{";
    append_members(out, *value);
    out += R"(,"timestamp":)";
    append_time(out, document.timestamp);
    if (const auto& staleness = document.stale[index(section)]) {
        out += R"(,"stale":)";
        append_staleness(out, *staleness);
    }
    out += '}';
    return out;
}

NomadsSection decode_nomads(const JsonValue& value) {
    NomadsSection section;
    section.total_nomads = value.at("total_nomads").as_count();
    section.by_action = decode_counts(value.at("by_action"));
    for (const auto& [player, counts] : value.at("by_player").members()) {
        section.by_player.emplace_back(player, decode_counts(counts));
    }
    return section;
}

ResourcesSection decode_resources(const JsonValue& value) {
    ResourcesSection section;
    section.total_gold = value.at("total_gold").as_amount();
    section.total_spice = value.at("total_spice").as_amount();
    for (const auto& [player, balance] : value.at("by_player").members()) {
        section.by_player.push_back({player, balance.at("gold").as_amount(), balance.at("spice").as_amount()});
    }
    return section;
}

DwellingsSection decode_dwellings(const JsonValue& value) {
    DwellingsSection section;
    for (const auto& [level, count] : value.at("by_level").members()) {
        const auto number = parse_amount(level);
        if (!number || number->millionths < 1'000'000 || number->millionths > 1'000'000'000) {
            throw BadInput("dwellings.by_level: no level: '" + level + "'");
        }
        section.by_level.emplace_back(static_cast<std::uint32_t>(number->millionths / 1'000'000), count.as_count());
    }
    section.total = value.at("total").as_count();
    return section;
}

PvpSection decode_pvp(const JsonValue& value) {
    return {value.at("total_attacks").as_count(),
            value.at("successful_attacks").as_count(),
            value.at("destroyed_dwellings").as_count()};
}

EventsSection decode_events(const JsonValue& value) {
    EventsSection section;
    for (const auto& member : value.at("by_type").members()) {
        section.by_type.push_back(decode_event_type(member));
    }
    section.total = value.at("total").as_count();
    return section;
}

template <typename Decode>
auto decode_section(const JsonValue& document, Section section, Decode decode)
    -> std::optional<decltype(decode(document))> {
    const JsonValue& value = document.at(to_text(section));
    if (value.is_null()) {
        return std::nullopt;
    }
    return decode(value);
}

Staleness decode_staleness(const JsonValue& value) {
    Staleness staleness;
    if (const JsonValue* since = value.find("since")) {
        staleness.since = since->as_time();
    }
    staleness.error = parse_enum<SectionError>(value.at("error"), kSectionErrors);
    return staleness;
}

}  // namespace

void append_counts(std::string& out, const Counts& counts) {
    append_object(out, counts, [&out](const auto& entry) {
        append_json_string(out, entry.first);
        out += ':';
        append_count(out, entry.second);
    });
}

void append_event_types(std::string& out, const std::vector<EventsSection::Type>& types) {
    append_object(out, types, [&out](const EventsSection::Type& type) {
        append_json_string(out, type.type);
        out += R"(:{"count":)";
        append_count(out, type.count);
        out += R"(,"affected_players":)";
        append_count(out, type.affected_players);
        out += '}';
    });
}

Counts decode_counts(const JsonValue& value) {
    Counts counts;
    counts.reserve(value.members().size());
    for (const auto& [name, count] : value.members()) {
        counts.emplace_back(name, count.as_count());
    }
    return counts;
}

EventsSection::Type decode_event_type(const JsonValue::Member& member) {
    const auto& [type, numbers] = member;
    return {type, numbers.at("count").as_count(), numbers.at("affected_players").as_count()};
}

void sort(Counts& counts) {
    std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
}

void append(std::string& out, const Document& document) {
    out += '{';
    append_section(out, Section::nomads, document.nomads);
    out += ',';
    append_section(out, Section::resources, document.resources);
    out += ',';
    append_section(out, Section::dwellings, document.dwellings);
    out += ',';
    append_section(out, Section::pvp, document.pvp);
    out += ',';
    append_section(out, Section::events, document.events);
    out += R"(,"timestamp":)";
    append_time(out, document.timestamp);
    if (document.players) {
        out += R"(,"players":)";
        append_count(out, *document.players);
    }
    const char* separator = R"(,"stale":{)";
    for (const Section section : kSections) {
        if (const auto& staleness = document.stale[index(section)]) {
            out.append(separator).append("\"").append(to_text(section)).append("\":");
            append_staleness(out, *staleness);
            separator = ",";
        }
    }
    out += *separator == ',' && separator[1] == '\0' ? "}}" : "}";
}

std::string encode(const Document& document) {
    std::string out;
    append(out, document);
    return out;
}

std::optional<std::string> encode_section(const Document& document, Section section) {
    switch (section) {
        case Section::nomads:
            return encode_one(document, section, document.nomads);
        case Section::resources:
            return encode_one(document, section, document.resources);
        case Section::dwellings:
            return encode_one(document, section, document.dwellings);
        case Section::pvp:
            return encode_one(document, section, document.pvp);
        case Section::events:
            break;
    }
    return encode_one(document, section, document.events);
}

Document decode_document(const JsonValue& value) {
    Document document;
    document.nomads = decode_section(value, Section::nomads, decode_nomads);
    document.resources = decode_section(value, Section::resources, decode_resources);
    document.dwellings = decode_section(value, Section::dwellings, decode_dwellings);
    document.pvp = decode_section(value, Section::pvp, decode_pvp);
    document.events = decode_section(value, Section::events, decode_events);
    document.timestamp = value.at("timestamp").as_time();
    if (const JsonValue* players = value.find("players")) {
        document.players = players->as_count();
    }
    if (const JsonValue* stale = value.find("stale")) {
        for (const Section section : kSections) {
            if (const JsonValue* staleness = stale->find(to_text(section))) {
                document.stale[index(section)] = decode_staleness(*staleness);
            }
        }
    }
    return document;
}

Document decode_document(std::string_view text) {
    return decode_document(JsonValue::parse(text, "document"));
}

}  // namespace watchtower::proto
