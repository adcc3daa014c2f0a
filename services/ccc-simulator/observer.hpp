#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto-json/amount.hpp"
#include "proto-json/sections.hpp"
#include "services/ccc-simulator/shape.hpp"
#include "services/ccc-simulator/world.hpp"

namespace watchtower::simulator {

/// What one complete answer told of a section, kept until it is known that it was served.
struct Reading {
    struct Balance {
        PlayerIndex player = kNone;
        Millionths gold = 0;
        Millionths spice = 0;
    };
    struct Done {
        PlayerIndex player = kNone;
        ActionCounts actions{};
    };

    proto::Section section = proto::Section::nomads;
    std::uint32_t epoch = 0;
    std::uint32_t step = 0;
    std::vector<Balance> balances;  ///< of resources
    std::vector<Done> done;         ///< of nomads
    std::vector<Combat> combats;    ///< of pvp
    std::vector<Event> events;      ///< of events
};

[[nodiscard]] Reading read(proto::Section section, const World& world);

/// Counts what somebody can know who has had exactly the readings given here, as the meaning of the numbers has it:
/// since the first reading, each occurrence once. The yardstick for collected and spent (net changes between readings)
/// and for what slid through a list unseen. Not thread-safe.
class Observer {
public:
    /// Takes a reading; one not newer than the section's last is dropped.
    void take(const Reading& reading);

    /// Of one resource: stock = start + collected - spent + joined - left. A reset counts as everybody leaving and
    /// others joining.
    struct Resource {
        proto::Amount start;
        proto::Amount collected;
        proto::Amount spent;
        proto::Amount joined;
        proto::Amount left;
    };

    [[nodiscard]] std::uint64_t readings(proto::Section section) const { return readings_[proto::index(section)]; }
    [[nodiscard]] const Resource& gold() const { return gold_; }
    [[nodiscard]] const Resource& spice() const { return spice_; }
    /// Rises of the players' cumulative actions; those who left are remembered until a reset.
    [[nodiscard]] const ActionCounts& actions() const { return actions_; }
    /// What players had done before they left and returned with: counted again by who forgets those who left.
    [[nodiscard]] const ActionCounts& returned_actions() const { return returned_actions_; }
    [[nodiscard]] const std::array<CombatTotals, kCombatNames.size()>& combats() const { return combats_; }
    [[nodiscard]] const std::array<EventTotals, kEventNames.size()>& events() const { return events_; }

private:
    struct Known {
        std::optional<Reading::Balance> balance;  ///< in the last reading of resources
        bool has_done = false;
        std::uint64_t last_reading = 0;  ///< of nomads, that had the player
        ActionCounts done{};
    };

    void take_balances(const Reading& reading);
    void take_done(const Reading& reading);
    void forget(proto::Section section);
    Known& known(PlayerIndex player);

    std::array<std::uint64_t, proto::kSectionCount> readings_{};
    std::array<std::uint32_t, proto::kSectionCount> epochs_{};
    std::array<std::uint32_t, proto::kSectionCount> steps_{};
    std::vector<Known> known_;
    Resource gold_;
    Resource spice_;
    ActionCounts actions_{};
    ActionCounts returned_actions_{};
    std::array<CombatTotals, kCombatNames.size()> combats_;
    std::array<EventTotals, kEventNames.size()> events_;
    std::uint64_t last_combat_ = 0;
    std::uint64_t last_event_ = 0;
};

}  // namespace watchtower::simulator
