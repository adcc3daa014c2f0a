#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/sections.hpp"
#include "proto-json/suspect.hpp"
#include "services/collector/model/name_table.hpp"

/// Which players' numbers are not plausible. Pure; docs/moderation.md has the rules and their reasons.
namespace watchtower::collector {

struct WorldMemory;
struct Step;

struct ModerationRules {
    Milliseconds window{60 * 60'000};  ///< over which players are compared with each other
    std::int64_t most_actions = 300;   ///< that a player can do in a minute; of all four 0: any number
    std::int64_t most_nomads_created = 30;
    std::int64_t most_gold = 10'000;
    std::int64_t most_levels = 10;
    double outlier = 6;          ///< deviations from the median of comparable players; 0: nobody is compared
    std::int64_t restless = 40;  ///< actions a minute that nobody keeps up for 16 hours; 0: never
};

/// One who is accused of something.
struct Suspicion {
    proto::SuspectState state = proto::SuspectState::open;
    bool active = true;
    double score = 1;
    proto::SuspectEvidence evidence;  ///< of the score
    TimePoint opened_at;
    TimePoint updated_at;

    bool operator==(const Suspicion&) const = default;
};

/// What is remembered of a player and a kind from window to window.
struct Watched {
    double heat = 0;       ///< by how many powers of two limits were exceeded lately
    Milliseconds busy{0};  ///< moves only: for how long without a break
    std::optional<TimePoint> busy_until;
    std::optional<Suspicion> suspicion;

    [[nodiscard]] bool is_nothing() const { return heat <= 0 && busy.count() <= 0 && !suspicion; }
    bool operator==(const Watched&) const = default;
};

/// By kind and the world's number of the player.
using Watch = std::map<std::pair<proto::SuspectKind, NameTable::Id>, Watched>;

/// What players did since the read that a window begins with. Of whom was not in the read before, nothing: what a
/// record that comes (back) tells was done before.
struct ModerationWindow {
    struct Sums {
        std::uint32_t actions = 0;
        std::uint32_t nomads_created = 0;
        std::uint32_t levels = 0;
        double gold = 0;
    };
    std::optional<TimePoint> tick;  ///< nothing: none has begun
    TimePoint timestamp;
    std::array<bool, proto::kSectionCount> read{};  ///< the sections whose numbers begin with it
    std::vector<Sums> sums;                         ///< by player; may be shorter than the table of players
};

/// The part of a world's memory that moderation needs.
struct Moderation {
    Watch watch;
    ModerationWindow window;
    std::uint64_t reviews = 0;  ///< how many there had been when the states in `watch` were read
};

/// What a tick makes of it.
struct ModerationStep {
    enum class Window {
        goes_on,
        begins,  ///< with this tick's read
        none     ///< the world began anew
    };
    Window window = Window::goes_on;
    Watch changes;  ///< entries as they are now; those that are nothing are to be forgotten

    /// The open suspects of a kind that are active.
    struct Open {
        std::uint64_t players = 0;
        double score = 0;  ///< the highest
    };
    std::array<Open, proto::kSuspectKinds.size()> open{};

    /// Kinds whose bound, or whose comparison, so many exceeded that it says nothing: nobody was accused of it.
    std::vector<proto::SuspectKind> doubtful;
};

/// Judges what compare() made of a tick, and puts the judgement into it. From nobody who was erased, from no section
/// that was not read, from no window that is not complete.
void judge_suspects(const WorldMemory& world, Step& step, const ModerationRules& rules);

/// Makes the judgement the world's memory. Before anything else of the step is applied.
void apply_moderation(WorldMemory& world, const Step& step);

/// What moderators said by now.
struct Reviewed {
    struct Suspect {
        proto::SuspectKind kind = proto::SuspectKind::moves;
        std::string player_id;
        proto::SuspectState state = proto::SuspectState::open;
    };
    std::uint64_t reviews = 0;
    std::vector<Suspect> suspects;
};
void note_reviews(WorldMemory& world, const Reviewed& reviewed);

/// Takes erased players out.
void hide_suspects(WorldMemory& world);

}  // namespace watchtower::collector
