#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"

/// Moderation: players whose numbers are not plausible, and what moderators say of them. docs/moderation.md.
namespace watchtower::proto {

/// What of a player's numbers is not plausible.
enum class SuspectKind {
    moves,           ///< actions of any name
    nomads_created,  ///< rises of the number of nomads
    gold,            ///< gold collected
    levels           ///< rises of the highest level of the dwellings
};

inline constexpr std::array kSuspectKinds = {
    SuspectKind::moves, SuspectKind::nomads_created, SuspectKind::gold, SuspectKind::levels};

[[nodiscard]] constexpr std::string_view to_text(SuspectKind kind) {
    constexpr std::array<std::string_view, kSuspectKinds.size()> kNames = {"moves", "nomads_created", "gold", "levels"};
    return kNames[static_cast<std::size_t>(kind)];
}

/// How it was found.
enum class SuspectRule {
    bound,    ///< more within one tick than the operator declared possible
    outlier,  ///< far more within a window than comparable players
    restless  ///< kept up for longer than people stay awake
};

inline constexpr std::array kSuspectRules = {SuspectRule::bound, SuspectRule::outlier, SuspectRule::restless};

[[nodiscard]] constexpr std::string_view to_text(SuspectRule rule) {
    constexpr std::array<std::string_view, kSuspectRules.size()> kNames = {"bound", "outlier", "restless"};
    return kNames[static_cast<std::size_t>(rule)];
}

/// What moderators have said.
enum class SuspectState { open, confirmed, dismissed };

inline constexpr std::array kSuspectStates = {SuspectState::open, SuspectState::confirmed, SuspectState::dismissed};

[[nodiscard]] constexpr std::string_view to_text(SuspectState state) {
    constexpr std::array<std::string_view, kSuspectStates.size()> kNames = {"open", "confirmed", "dismissed"};
    return kNames[static_cast<std::size_t>(state)];
}

/// The worst that was measured of a suspect.
struct SuspectEvidence {
    SuspectRule rule = SuspectRule::outlier;
    double value = 0;              ///< within the time; of `restless`: minutes
    double limit = 0;              ///< the most that is plausible, in the same unit
    std::optional<double> median;  ///< `outlier` only: of comparable players, in the same unit
    std::optional<double> mad;     ///< `outlier` only: their median absolute deviation, in the same unit
    std::uint64_t players = 0;     ///< how many comparable ones
    std::uint64_t actions = 0;     ///< the player's own within the time
    TimePoint from;                ///< timestamps of two reads: what happened between them
    TimePoint until;

    bool operator==(const SuspectEvidence&) const = default;
};

struct Suspect {
    std::string player_id;
    SuspectKind kind = SuspectKind::moves;
    SuspectState state = SuspectState::open;
    bool active = true;  ///< it goes on; false: the player has been plausible again for a while
    double score = 1;    ///< the worst value over its limit
    SuspectEvidence evidence;
    TimePoint opened_at;
    TimePoint updated_at;                  ///< when the evidence, or active, last changed
    std::optional<TimePoint> reviewed_at;  ///< nothing: never
    std::optional<std::string> note;       ///< the last reviewer's

    bool operator==(const Suspect&) const = default;
};

/// One JSON object, compact, keys in the order above.
[[nodiscard]] std::string encode(const SuspectEvidence& evidence);
[[nodiscard]] std::string encode(const Suspect& suspect);

/// Throw BadInput that names the field.
[[nodiscard]] SuspectEvidence decode_suspect_evidence(std::string_view text);
[[nodiscard]] Suspect decode_suspect(std::string_view text);

/// What goes over NATS when the suspects of a kind are others: those who are confirmed, and the open ones that are
/// active; highest score first, then bytewise.
struct SuspectSet {
    static constexpr std::size_t kMost = 1'000;  ///< listed; the comment tells of more
    std::vector<std::string> suspect_ids;
    std::string comment;  ///< for people

    bool operator==(const SuspectSet&) const = default;
};

[[nodiscard]] std::string encode(const SuspectSet& set);
[[nodiscard]] SuspectSet decode_suspect_set(std::string_view text);

}  // namespace watchtower::proto
