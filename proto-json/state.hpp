#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/alert.hpp"
#include "proto-json/alert_watch.hpp"
#include "proto-json/document.hpp"

/// The one state per world and tick that the collector stores and that every reader shows.
namespace watchtower::proto {

/// Changes of one resource since the first sight of the world: stock = first stock + collected - spent + joined - left.
struct Flow {
    Amount collected;  ///< rises of players' balances between reads
    Amount spent;      ///< falls, as a positive amount
    Amount joined;     ///< brought by players who appeared
    Amount left;       ///< taken away by players who disappeared

    bool operator==(const Flow&) const = default;
};

/// The counters since the first sight of the world; none ever falls.
struct Totals {
    Counts actions;
    std::uint64_t nomads_created = 0;  ///< rises of players' numbers of nomads
    Flow gold;
    Flow spice;
    std::uint64_t attacks = 0;
    std::uint64_t attacks_successful = 0;
    std::uint64_t dwellings_destroyed = 0;
    Counts attacks_by_type;
    std::vector<EventsSection::Type> events;  ///< by count, highest first, then bytewise

    bool operator==(const Totals&) const = default;
};

/// A player of the most active: what the last good reads said.
struct TopPlayer {
    std::string player_id;
    std::uint64_t nomads = 0;
    std::uint64_t actions = 0;
    Amount gold;
    Amount spice;
    std::uint32_t highest_level = 0;  ///< of the player's dwellings; 0: none

    bool operator==(const TopPlayer&) const = default;
};

struct SectionStatus {
    std::optional<TimePoint> last_good;  ///< timestamp of the last complete read
    std::optional<SectionError> error;   ///< why this tick's read failed; nothing: it did not
    std::uint64_t failed_ticks = 0;      ///< how many in a row

    bool operator==(const SectionStatus&) const = default;
};

struct State {
    std::string world;
    TimePoint tick;       ///< the scheduled time
    TimePoint timestamp;  ///< when fetching began
    Milliseconds interval{60'000};
    std::uint64_t epoch = 0;               ///< how often the world was reset
    std::optional<TimePoint> epoch_since;  ///< timestamp of the read that showed the last reset; nothing in epoch 0
    bool simulated = false;
    std::uint64_t players = 0;  ///< in any section of the last good reads
    std::array<SectionStatus, kSectionCount> sections;
    Document document;
    Totals totals;
    std::vector<TopPlayer> top_players;  ///< by actions, highest first, then bytewise
    std::vector<Alert> alerts;           ///< the active ones, oldest first
    std::uint64_t alert_number = 0;      ///< of the newest entry of the log of alerts; 0: it is empty
    AlertWatch alert_watch;              ///< for the collector only

    bool operator==(const State&) const = default;
};

[[nodiscard]] std::string encode(const State& state);

/// Unknown members are ignored, so that an old reader can read a new writer. Throws BadInput that names the field.
[[nodiscard]] State decode_state(std::string_view text);

/// The last moment at which the state may still be the world's newest: after it nobody collects any more.
[[nodiscard]] TimePoint abandoned_after(const State& state);

/// What is stale of `state` at `now`: sections whose last read failed, and every section (as collector_down) once the
/// tick is more than two intervals ago. docs/numbers.md: "Ticks". The only place where this is decided.
[[nodiscard]] StaleSections staleness(const State& state, TimePoint now);

/// The state's document as it is to be shown at `now`.
[[nodiscard]] Document document_at(const State& state, TimePoint now);

}  // namespace watchtower::proto
