#include "proto-json/review.hpp"

#include <utility>

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

/// A member that is text as PostgreSQL takes it.
std::string text_in(const JsonValue& object, const std::string& name) {
    const JsonValue& value = object.at(name);
    const std::string& text = value.as_string();
    if (text.find('\0') != std::string::npos) {
        throw BadInput(value.path() + ": has a NUL");
    }
    return text;
}

/// All but who it is about.
Review decode_decision(const JsonValue& value) {
    Review review;
    review.decision = parse_enum<Decision>(value.at("decision"), kDecisions);
    if (const JsonValue* kind = value.find("kind")) {
        review.kind = parse_enum<SuspectKind>(*kind, kSuspectKinds);
    }
    if (value.find("note") != nullptr) {
        review.note = text_in(value, "note");
        if (review.note->size() > Review::kMostNoteBytes) {
            throw BadInput(value.at("note").path() + ": longer than " + std::to_string(Review::kMostNoteBytes) +
                           " bytes");
        }
    }
    return review;
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
    Review review = decode_decision(value);
    review.player_id = text_in(value, "player_id");
    if (review.player_id.empty()) {
        throw BadInput("review.player_id: is empty");
    }
    return review;
}

Review decode_review_request(std::string_view text, std::string player_id) {
    Review review = decode_decision(JsonValue::parse(text, "body"));
    review.player_id = std::move(player_id);
    return review;
}

}  // namespace watchtower::proto
