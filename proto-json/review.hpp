#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "proto-json/suspect.hpp"

namespace watchtower::proto {

/// What a moderator decides of a suspect.
enum class Decision {
    confirmed,  ///< he cheats: he stays in the set until that is taken back
    dismissed,  ///< he does not: he is not accused of this kind again
    reopened    ///< takes back either: open again
};

inline constexpr std::array kDecisions = {Decision::confirmed, Decision::dismissed, Decision::reopened};

[[nodiscard]] constexpr std::string_view to_text(Decision decision) {
    constexpr std::array<std::string_view, kDecisions.size()> kNames = {"confirmed", "dismissed", "reopened"};
    return kNames[static_cast<std::size_t>(decision)];
}

/// The arguments of a task of kind kReviewTask; its world is the task's.
struct Review {
    static constexpr std::size_t kMostNoteBytes = 2'000;

    std::string player_id;
    Decision decision = Decision::confirmed;
    std::optional<SuspectKind> kind;  ///< nothing: all that the player is a suspect of
    std::optional<std::string> note;  ///< at most kMostNoteBytes; nothing: the note before stays

    bool operator==(const Review&) const = default;
};

/// One JSON object, compact, keys in the order above; absent members are left out.
[[nodiscard]] std::string encode(const Review& review);

/// Throws BadInput that names the field, also for an empty player_id, a NUL in a text and a note that is too long.
[[nodiscard]] Review decode_review(std::string_view text);

/// The body of a request for the review of this player: the same without player_id. Errors begin with "body".
[[nodiscard]] Review decode_review_request(std::string_view text, std::string player_id);

}  // namespace watchtower::proto
