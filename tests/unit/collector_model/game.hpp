#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/collector/model/world.hpp"

namespace watchtower::collector::test {

using Actions = std::vector<std::pair<std::string_view, std::uint64_t>>;

/// A world that is read tick by tick: fill `reading`, call tick().
class Game {
public:
    Game() { world.name = "default"; }

    void nomad(const std::string& player, const Actions& actions, std::uint64_t count = 1) {
        NomadRecord record;
        record.player_id = player;
        record.count = count;
        record.has_actions = true;
        record.actions = actions;
        (void)begun().take(record);
    }

    void nomad_with_id(const std::string& id, const std::string& player, const Actions& actions) {
        NomadRecord record;
        record.id = id;
        record.player_id = player;
        record.has_actions = true;
        record.actions = actions;
        (void)begun().take(record);
    }

    /// A nomad without `actions`; at < 0: without last_action_at. Seconds.
    void nomad_that_did(const std::string& player, const std::string& action, int at = -1) {
        NomadRecord record;
        record.player_id = player;
        record.last_action = action;
        if (at >= 0) {
            record.last_action_at = TimePoint(std::chrono::seconds(at));
        }
        (void)begun().take(record);
    }

    void balance(const std::string& player, const char* gold, const char* spice) {
        (void)begun().take(BalanceRecord{player, proto::parse_amount(gold), proto::parse_amount(spice), true});
    }

    void dwelling(const std::string& player, std::uint32_t level) { (void)begun().take(DwellingRecord{player, level}); }

    void combat(std::optional<std::string_view> id,
                bool success,
                std::uint64_t destroyed = 0,
                const char* attacker = "a") {
        CombatRecord record;
        record.id = id;
        record.success = success;
        record.destroyed_dwellings = destroyed;
        record.attacker_id = attacker;
        (void)begun().take(record);
    }

    void event(std::optional<std::string_view> id, std::string_view type, std::uint64_t affected) {
        (void)begun().take(EventRecord{id, type, affected});
    }

    void fail(proto::Section section, proto::SectionError error = proto::SectionError::timeout) {
        errors[proto::index(section)] = error;
    }

    /// What the tick makes of `memory`, with nothing applied.
    Step compare_with(WorldMemory& memory) const {
        TickInput input;
        input.tick = now;
        input.timestamp = now + std::chrono::milliseconds(7);
        input.errors = errors;
        return compare(memory, reading, input, limits);
    }

    /// Compares what was read, applies it and begins the next tick. The step's state is the world's afterwards.
    Step tick() {
        Step step = compare_with(world);
        finish(step);
        return step;
    }

    void finish(const Step& step) {
        apply(world, step);
        drop();
    }

    /// The reading, which knows the world's players from the first record on.
    Reading& begun() {
        if (!std::exchange(begun_, true)) {
            reading.clear(&world.players);
        }
        return reading;
    }

    /// Begins the next tick without having kept this one.
    void drop() {
        reading.clear();
        begun_ = false;
        errors = {};
        now += step_length;
    }

    [[nodiscard]] const proto::State& state() const { return *world.state; }
    [[nodiscard]] const proto::Totals& totals() const { return world.state->totals; }
    [[nodiscard]] std::uint64_t counted(const std::string& action) const {
        for (const auto& [name, count] : totals().actions) {
            if (name == action) {
                return count;
            }
        }
        return 0;
    }

    WorldMemory world;
    Reading reading;
    Limits limits;
    std::array<std::optional<proto::SectionError>, proto::kSectionCount> errors;
    TimePoint now{std::chrono::seconds(1'765'197'240)};
    Milliseconds step_length{60'000};

private:
    bool begun_ = false;
};

}  // namespace watchtower::collector::test
