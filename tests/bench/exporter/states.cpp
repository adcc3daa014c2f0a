#include <cstdlib>
#include <iostream>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"
#include "common/world_state/redis_states.hpp"

namespace {

using namespace watchtower;
using proto::Amount;

constexpr std::uint64_t kTopPlayers = 20;
constexpr const char* kActions[] = {"move", "gather", "trade", "build", "attack", "scout", "rest", "explore"};
constexpr const char* kCombats[] = {"attack", "raid", "ambush"};
constexpr const char* kEvents[] = {"tempete", "raid", "caravan", "drought", "festival"};

/// One world's state: numbers as different as a game's are, the same for the same world.
proto::State made_up_state(std::uint64_t number, TimePoint tick) {
    proto::State state;
    state.world = number == 0 ? "default" : "world-" + std::to_string(number);
    state.tick = tick;
    state.timestamp = tick;
    state.interval = std::chrono::hours(1);
    state.players = 1000 + number * 37;
    for (proto::SectionStatus& section : state.sections) {
        section.last_good = tick;
    }
    std::uint64_t value = 1'000'003 + number * 7919;
    const auto next = [&value] {
        return value = value * 6364136223846793005ULL + 1442695040888963407ULL, value >> 44U;
    };
    state.document.nomads = proto::NomadsSection{next(), {}, {}};
    for (const char* action : kActions) {
        state.document.nomads->by_action.emplace_back(action, next());
        state.totals.actions.emplace_back(action, next() * 10);
    }
    state.document.resources = proto::ResourcesSection{
        Amount{static_cast<std::int64_t>(next() * 1'250'000)}, Amount{static_cast<std::int64_t>(next() * 250'001)}, {}};
    state.document.dwellings = proto::DwellingsSection{{{1, next()}, {2, next()}, {3, next()}, {4, next()}}, 0};
    state.document.pvp = proto::PvpSection{};
    state.document.events = proto::EventsSection{};
    for (const char* type : kCombats) {
        state.totals.attacks_by_type.emplace_back(type, next());
    }
    state.totals.attacks = next();
    state.totals.attacks_successful = state.totals.attacks / 2;
    for (const char* type : kEvents) {
        state.totals.events.push_back({type, next(), next()});
    }
    for (std::uint64_t i = 0; i < kTopPlayers; ++i) {
        state.top_players.push_back({"player-" + std::to_string(100'000 + next() % 900'000),
                                     next() % 50,
                                     next(),
                                     Amount{static_cast<std::int64_t>(next() * 10'000)},
                                     Amount{static_cast<std::int64_t>(next() * 10'001)},
                                     static_cast<std::uint32_t>(next() % 10)});
    }
    return state;
}

}  // namespace

/// usage: watchtower-bench-states REDIS_URL WORLDS
/// Puts a state of now for each of so many worlds into Redis, as collectors do.
int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: watchtower-bench-states REDIS_URL WORLDS\n";
        return 2;
    }
    redis::Options options;
    options.url = argv[1];
    redis::Client client(options);
    const TimePoint now = SystemClock().now();
    const std::uint64_t worlds = std::strtoull(argv[2], nullptr, 10);
    for (std::uint64_t i = 0; i < worlds; ++i) {
        (void)world_state::put(client, made_up_state(i, now), static_cast<std::int64_t>(i));
    }
    return 0;
}
