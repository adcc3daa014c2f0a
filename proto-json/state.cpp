#include "proto-json/state.hpp"

#include "common/base/json_text.hpp"
#include "proto-json/decoders.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

/// Nobody collects any more when a state is older than this many of its intervals.
constexpr int kIntervalsUntilStale = 2;

void append_sections(std::string& out, const std::array<SectionStatus, kSectionCount>& sections) {
    const char* separator = "{\"";
    for (const Section section : kSections) {
        const SectionStatus& status = sections[index(section)];
        out.append(separator).append(to_text(section)).append(R"(":{"last_good":)");
        append_time(out, status.last_good);
        out += R"(,"error":)";
        if (status.error) {
            out.append("\"").append(to_text(*status.error)).append("\"");
        } else {
            out += "null";
        }
        out += R"(,"failed_ticks":)";
        append_count(out, status.failed_ticks);
        out += '}';
        separator = ",\"";
    }
    out += '}';
}

void append_flow(std::string& out, const Flow& flow) {
    out += R"({"collected":)";
    append_text(out, flow.collected);
    out += R"(,"spent":)";
    append_text(out, flow.spent);
    out += R"(,"joined":)";
    append_text(out, flow.joined);
    out += R"(,"left":)";
    append_text(out, flow.left);
    out += '}';
}

void append_totals(std::string& out, const Totals& totals) {
    out += R"({"actions":)";
    append_counts(out, totals.actions);
    out += R"(,"nomads_created":)";
    append_count(out, totals.nomads_created);
    out += R"(,"gold":)";
    append_flow(out, totals.gold);
    out += R"(,"spice":)";
    append_flow(out, totals.spice);
    out += R"(,"attacks":)";
    append_count(out, totals.attacks);
    out += R"(,"attacks_successful":)";
    append_count(out, totals.attacks_successful);
    out += R"(,"dwellings_destroyed":)";
    append_count(out, totals.dwellings_destroyed);
    out += R"(,"attacks_by_type":)";
    append_counts(out, totals.attacks_by_type);
    out += R"(,"events":)";
    append_event_types(out, totals.events);
    out += '}';
}

void append_top_player(std::string& out, const TopPlayer& player) {
    out += R"({"player_id":)";
    append_json_string(out, player.player_id);
    out += R"(,"nomads":)";
    append_count(out, player.nomads);
    out += R"(,"actions":)";
    append_count(out, player.actions);
    out += R"(,"gold":)";
    append_text(out, player.gold);
    out += R"(,"spice":)";
    append_text(out, player.spice);
    out += R"(,"highest_level":)";
    append_count(out, player.highest_level);
    out += '}';
}

template <typename List, typename AppendItem>
void append_array(std::string& out, const List& list, AppendItem append_item) {
    out += '[';
    for (const auto& item : list) {
        if (out.back() != '[') {
            out += ',';
        }
        append_item(item);
    }
    out += ']';
}

SectionStatus decode_status(const JsonValue& value) {
    SectionStatus status;
    if (const JsonValue* last_good = value.find("last_good")) {
        status.last_good = last_good->as_time();
    }
    if (const JsonValue* error = value.find("error")) {
        status.error = parse_enum<SectionError>(*error, kSectionErrors);
    }
    status.failed_ticks = value.at("failed_ticks").as_count();
    return status;
}

Flow decode_flow(const JsonValue& value) {
    return {value.at("collected").as_amount(),
            value.at("spent").as_amount(),
            value.at("joined").as_amount(),
            value.at("left").as_amount()};
}

Totals decode_totals(const JsonValue& value) {
    Totals totals;
    totals.actions = decode_counts(value.at("actions"));
    totals.nomads_created = value.at("nomads_created").as_count();
    totals.gold = decode_flow(value.at("gold"));
    totals.spice = decode_flow(value.at("spice"));
    totals.attacks = value.at("attacks").as_count();
    totals.attacks_successful = value.at("attacks_successful").as_count();
    totals.dwellings_destroyed = value.at("dwellings_destroyed").as_count();
    totals.attacks_by_type = decode_counts(value.at("attacks_by_type"));
    for (const auto& member : value.at("events").members()) {
        totals.events.push_back(decode_event_type(member));
    }
    return totals;
}

TopPlayer decode_top_player(const JsonValue& value) {
    return {value.at("player_id").as_string(),
            value.at("nomads").as_count(),
            value.at("actions").as_count(),
            value.at("gold").as_amount(),
            value.at("spice").as_amount(),
            static_cast<std::uint32_t>(value.at("highest_level").as_count())};
}

}  // namespace

std::string encode(const State& state) {
    std::string out = R"({"world":)";
    append_json_string(out, state.world);
    out += R"(,"tick":)";
    append_time(out, state.tick);
    out += R"(,"timestamp":)";
    append_time(out, state.timestamp);
    out += R"(,"interval_ms":)";
    append_count(out, static_cast<std::uint64_t>(state.interval.count()));
    out += R"(,"epoch":)";
    append_count(out, state.epoch);
    out += R"(,"epoch_since":)";
    append_time(out, state.epoch_since);
    out += state.simulated ? R"(,"simulated":true,"players":)" : R"(,"simulated":false,"players":)";
    append_count(out, state.players);
    out += R"(,"sections":)";
    append_sections(out, state.sections);
    out += R"(,"document":)";
    append(out, state.document);
    out += R"(,"totals":)";
    append_totals(out, state.totals);
    out += R"(,"top_players":)";
    append_array(out, state.top_players, [&out](const TopPlayer& player) { append_top_player(out, player); });
    out += R"(,"alerts":)";
    append_array(out, state.alerts, [&out](const Alert& alert) { out += encode(alert); });
    out += R"(,"alert_number":)";
    append_count(out, state.alert_number);
    out += R"(,"alert_watch":)";
    append(out, state.alert_watch);
    out += '}';
    return out;
}

State decode_state(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "state");
    State state;
    state.world = value.at("world").as_string();
    state.tick = value.at("tick").as_time();
    state.timestamp = value.at("timestamp").as_time();
    state.interval = Milliseconds(value.at("interval_ms").as_integer());
    state.epoch = value.at("epoch").as_count();
    if (const JsonValue* since = value.find("epoch_since")) {
        state.epoch_since = since->as_time();
    }
    state.simulated = value.at("simulated").as_bool();
    state.players = value.at("players").as_count();
    for (const Section section : kSections) {
        state.sections[index(section)] = decode_status(value.at("sections").at(to_text(section)));
    }
    state.document = decode_document(value.at("document"));
    state.totals = decode_totals(value.at("totals"));
    for (const JsonValue& player : value.at("top_players").items()) {
        state.top_players.push_back(decode_top_player(player));
    }
    for (const JsonValue& alert : value.at("alerts").items()) {
        state.alerts.push_back(decode_alert(alert));
    }
    if (const JsonValue* number = value.find("alert_number")) {
        state.alert_number = number->as_count();
    }
    if (const JsonValue* watch = value.find("alert_watch")) {
        state.alert_watch = decode_alert_watch(*watch);
    }
    return state;
}

TimePoint abandoned_after(const State& state) {
    return state.tick + kIntervalsUntilStale * state.interval;
}

StaleSections staleness(const State& state, TimePoint now) {
    const bool abandoned = now > abandoned_after(state);
    StaleSections stale;
    for (const Section section : kSections) {
        const SectionStatus& status = state.sections[index(section)];
        if (abandoned) {
            stale[index(section)] = Staleness{status.last_good, SectionError::collector_down};
        } else if (status.error) {
            stale[index(section)] = Staleness{status.last_good, *status.error};
        }
    }
    return stale;
}

Document document_at(const State& state, TimePoint now) {
    Document document = state.document;
    document.stale = staleness(state, now);
    return document;
}

}  // namespace watchtower::proto
