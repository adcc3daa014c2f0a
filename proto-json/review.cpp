#include "proto-json/review.hpp"

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

/// What PostgreSQL takes as text.
std::string text_in(const JsonValue& value, const std::string& name) {
    const std::string& text = value.as_string();
    if (text.find('\0') != std::string::npos) {
        throw BadInput("review." + name + ": has a NUL");
    }
    return text;
}

}  // namespace

std::string encode(const Review& review) {
    std::string out = R"({"player_id":)";
    append_json_string(out, review.player_id);
    out.append(R"(,"decision":")").append(to_text(review.decision)).append("\"");
    if (review.kind) {
        out.append(R"(,"kind":")").append(to_text(*review.kind)).append("\"");
    }
    if (review.note) {
        out += R"(,"note":)";
        append_json_string(out, *review.note);
    }
    return out + '}';
}

Review decode_review(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "review");
    Review review;
    review.player_id = text_in(value.at("player_id"), "player_id");
    if (review.player_id.empty()) {
        throw BadInput("review.player_id: is empty");
    }
    review.decision = parse_enum<Decision>(value.at("decision"), kDecisions);
    if (const JsonValue* kind = value.find("kind")) {
        review.kind = parse_enum<SuspectKind>(*kind, kSuspectKinds);
    }
    if (const JsonValue* note = value.find("note")) {
        review.note = text_in(*note, "note");
        if (review.note->size() > Review::kMostNoteBytes) {
            throw BadInput("review.note: longer than " + std::to_string(Review::kMostNoteBytes) + " bytes");
        }
    }
    return review;
}

}  // namespace watchtower::proto
