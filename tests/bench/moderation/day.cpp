#include "tests/bench/moderation/day.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "services/collector/model/world.hpp"

namespace watchtower::bench {

namespace {

using collector::Reading;
using simulator::PlayerIndex;

/// Tells the reading what the game's bodies would.
class Source {
public:
    void read(const simulator::World& world, Reading& reading) {
        const auto& people = world.people();
        names_.reserve(people.players().size());
        while (names_.size() < people.players().size()) {
            names_.push_back("player" + std::to_string(names_.size() + 1));
        }
        for (const PlayerIndex index : people.present()) {
            read_player(people, index, reading);
        }
    }

    [[nodiscard]] std::size_t size() const { return names_.size(); }

private:
    void read_player(const simulator::Population& people, PlayerIndex index, Reading& reading) {
        const simulator::Player& player = people.players()[index];
        simulator::ActionCounts done{};
        for (simulator::NomadIndex i = player.newest_nomad; i != simulator::kNone; i = people.nomads()[i].older) {
            std::transform(done.begin(), done.end(), people.nomads()[i].done.begin(), done.begin(), std::plus<>());
        }
        nomads_.player_id = names_[index];
        nomads_.count = player.nomads;
        nomads_.has_actions = true;
        nomads_.actions.clear();
        for (std::size_t action = 0; action < done.size(); ++action) {
            nomads_.actions.emplace_back(simulator::kActionNames[action], done[action]);
        }
        (void)reading.take(nomads_);
        (void)reading.take(
            collector::BalanceRecord{names_[index], proto::Amount{player.gold}, proto::Amount{player.spice}, true, {}});
        for (std::size_t level = 0; level < player.dwellings.size(); ++level) {
            for (std::uint32_t i = 0; i < player.dwellings[level]; ++i) {
                (void)reading.take(collector::DwellingRecord{names_[index], static_cast<std::uint32_t>(level) + 1, {}});
            }
        }
        if (player.tower > 0) {
            (void)reading.take(collector::DwellingRecord{names_[index], player.tower, {}});
        }
    }

    std::vector<std::string> names_;
    collector::NomadRecord nomads_;
};

proto::SuspectKind kind_of(simulator::Cheat cheat) {
    switch (cheat) {
        case simulator::Cheat::nomads:
            return proto::SuspectKind::nomads_created;
        case simulator::Cheat::gold:
            return proto::SuspectKind::gold;
        case simulator::Cheat::levels:
            return proto::SuspectKind::levels;
        case simulator::Cheat::moves:
        case simulator::Cheat::none:
            break;
    }
    return proto::SuspectKind::moves;
}

std::vector<Cheater> cheaters_of(const simulator::World& world) {
    std::vector<Cheater> cheaters;
    for (const PlayerIndex index : world.people().cheaters()) {
        const simulator::Player& player = world.people().players()[index];
        cheaters.push_back({"player" + std::to_string(index + 1), kind_of(player.cheat), player.strength});
    }
    return cheaters;
}

/// Notes new accusations, and how near to one the others came.
void note(const collector::WorldMemory& world, int minute, const std::set<std::string>& cheaters, Day& day) {
    for (const auto& [key, watched] : world.moderation.watch) {
        const std::string name(world.players.name(key.second));
        if (!cheaters.contains(name)) {
            day.hottest[key.first] = std::max(day.hottest[key.first], watched.heat);
            day.busiest = std::max(day.busiest, watched.busy);
        }
        if (watched.suspicion && watched.suspicion->opened_at == world.state->tick) {
            day.accusations.push_back({name, key.first, minute, watched.suspicion->score, watched.suspicion->evidence});
        }
    }
}

}  // namespace

Day simulate(const DayOptions& options) {
    using std::chrono::steady_clock;
    simulator::World game(options.world);
    collector::WorldMemory world;
    world.name = "default";
    Reading reading;
    Source source;
    Day day;
    day.cheaters = cheaters_of(game);
    std::set<std::string> cheaters;
    for (const Cheater& cheater : day.cheaters) {
        cheaters.insert(cheater.player_id);
    }
    steady_clock::duration judging{0};
    for (int minute = 0; minute <= options.minutes; ++minute) {
        reading.clear(&world.players);
        source.read(game, reading);
        collector::TickInput input;
        input.tick = TimePoint(std::chrono::seconds(simulator::World::kStart + game.step_number()));
        input.timestamp = input.tick + Milliseconds(20);
        collector::Step step = compare(world, reading, input, {});
        const auto begin = steady_clock::now();
        judge_suspects(world, step, options.rules);
        const auto took = steady_clock::now() - begin;
        judging += took;
        day.slowest = std::max(day.slowest, std::chrono::duration<double>(took).count());
        apply(world, std::move(step));
        note(world, minute, cheaters, day);
        for (int second = 0; second < 60; ++second) {
            game.step();
        }
    }
    day.players = source.size();
    day.seconds = std::chrono::duration<double>(judging).count();
    return day;
}

}  // namespace watchtower::bench
