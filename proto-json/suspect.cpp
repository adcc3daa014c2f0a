#include "proto-json/suspect.hpp"

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

void append_optional(std::string& out, const std::optional<double>& value) {
    if (value) {
        append_double(out, *value);
    } else {
        out += "null";
    }
}

std::optional<double> optional_double(const JsonValue& object, std::string_view key) {
    const JsonValue& value = object.at(key);
    return value.is_null() ? std::nullopt : std::optional(value.as_double());
}

SuspectEvidence decode_evidence(const JsonValue& value) {
    SuspectEvidence evidence;
    evidence.rule = parse_enum<SuspectRule>(value.at("rule"), kSuspectRules);
    evidence.value = value.at("value").as_double();
    evidence.limit = value.at("limit").as_double();
    evidence.median = optional_double(value, "median");
    evidence.mad = optional_double(value, "mad");
    evidence.players = value.at("players").as_count();
    evidence.actions = value.at("actions").as_count();
    evidence.from = value.at("from").as_time();
    evidence.until = value.at("until").as_time();
    return evidence;
}

}  // namespace

std::string encode(const SuspectEvidence& evidence) {
    std::string out = R"({"rule":")";
    out.append(to_text(evidence.rule)).append(R"(","value":)");
    append_double(out, evidence.value);
    out += R"(,"limit":)";
    append_double(out, evidence.limit);
    out += R"(,"median":)";
    append_optional(out, evidence.median);
    out += R"(,"mad":)";
    append_optional(out, evidence.mad);
    out += R"(,"players":)";
    append_count(out, evidence.players);
    out += R"(,"actions":)";
    append_count(out, evidence.actions);
    out += R"(,"from":)";
    append_time(out, evidence.from);
    out += R"(,"until":)";
    append_time(out, evidence.until);
    return out + '}';
}

SuspectEvidence decode_suspect_evidence(std::string_view text) {
    return decode_evidence(JsonValue::parse(text, "evidence"));
}

std::string encode(const Suspect& suspect) {
    std::string out = R"({"player_id":)";
    append_json_string(out, suspect.player_id);
    out.append(R"(,"kind":")").append(to_text(suspect.kind));
    out.append(R"(","state":")").append(to_text(suspect.state));
    out.append(R"(","active":)").append(suspect.active ? "true" : "false");
    out += R"(,"score":)";
    append_double(out, suspect.score);
    out.append(R"(,"evidence":)").append(encode(suspect.evidence));
    out += R"(,"opened_at":)";
    append_time(out, suspect.opened_at);
    out += R"(,"updated_at":)";
    append_time(out, suspect.updated_at);
    out += R"(,"reviewed_at":)";
    append_time(out, suspect.reviewed_at);
    out += R"(,"note":)";
    if (suspect.note) {
        append_json_string(out, *suspect.note);
    } else {
        out += "null";
    }
    return out + '}';
}

Suspect decode_suspect(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "suspect");
    Suspect suspect;
    suspect.player_id = value.at("player_id").as_string();
    suspect.kind = parse_enum<SuspectKind>(value.at("kind"), kSuspectKinds);
    suspect.state = parse_enum<SuspectState>(value.at("state"), kSuspectStates);
    suspect.active = value.at("active").as_bool();
    suspect.score = value.at("score").as_double();
    suspect.evidence = decode_evidence(value.at("evidence"));
    suspect.opened_at = value.at("opened_at").as_time();
    suspect.updated_at = value.at("updated_at").as_time();
    if (const JsonValue& reviewed_at = value.at("reviewed_at"); !reviewed_at.is_null()) {
        suspect.reviewed_at = reviewed_at.as_time();
    }
    if (const JsonValue& note = value.at("note"); !note.is_null()) {
        suspect.note = note.as_string();
    }
    return suspect;
}

std::string encode(const SuspectSet& set) {
    std::string out = R"({"suspect_ids":[)";
    for (const std::string& id : set.suspect_ids) {
        out += out.back() == '[' ? "" : ",";
        append_json_string(out, id);
    }
    out += R"(],"comment":)";
    append_json_string(out, set.comment);
    return out + '}';
}

SuspectSet decode_suspect_set(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "suspects");
    SuspectSet set;
    for (const JsonValue& id : value.at("suspect_ids").items()) {
        set.suspect_ids.push_back(id.as_string());
    }
    set.comment = value.at("comment").as_string();
    return set;
}

}  // namespace watchtower::proto
