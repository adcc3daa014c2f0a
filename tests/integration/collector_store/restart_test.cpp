#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "services/collector/store/store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/collector_model/differences.hpp"

namespace watchtower::collector {
namespace {

using test::Answer;
using test::Bookkeeper;
using test::Game;
using test::Habits;
using test::TrueGame;

constexpr int kTicks = 14;
constexpr std::uint64_t kSeeds = 12;
constexpr std::size_t kPlayers = 6;

/// Which of a step's players changed and how, whatever their numbers in the world's table.
std::string text_of(const WorldMemory& world, const Step& step) {
    std::map<std::string, std::string> players;
    for (const PlayerChange& change : step.players) {
        players[std::string(world.players.name(change.player))] =
            std::to_string(change.actions_added) + "/" + std::to_string(change.nomads_created) + "/" +
            to_text(change.gold.collected) + "/" + to_text(change.gold.spent);
    }
    std::string text;
    for (const auto& [name, change] : players) {
        text.append(name).append(": ").append(change).append("\n");
    }
    return text;
}

/// A game made up from a seed, each tick compared by an owner who has gone on all the time and by one who has just
/// loaded the world.
class Owners {
public:
    Owners(Store& store, const Habits& habits)
        : store_(store),
          habits_(habits),
          truth_(habits),
          name_("seed-" + std::to_string(habits.seed)) {
        game_.world.name = name_;
        game_.step_length = habits.step_length;
    }

    void tick() {
        const bool all = truth_.chance(0.2);
        if (habits_.resets && books_.sum_of_present() >= 100 && truth_.chance(0.2)) {
            truth_.begin_anew();
            history_ += "  the game begins anew\n";
        } else {
            truth_.live();
        }
        const Answer answer = truth_.answer(all);
        history_ += answer.text();
        answer.read_by(game_);
        WorldMemory loaded = store_.load(name_);
        const Step step = game_.compare_with(game_.world);
        const Step other = game_.compare_with(loaded);
        ASSERT_EQ(encode(other.state), encode(step.state)) << habits_.text() << "\n" << history_;
        ASSERT_EQ(text_of(loaded, other), text_of(game_.world, step)) << habits_.text() << "\n" << history_;
        if (truth_.chance(habits_.dropped)) {
            history_ += "  dropped\n";
            game_.drop();
            return;
        }
        ASSERT_EQ(store_.store(tick_write(loaded, other)), Store::Outcome::stored);
        truth_.keep(answer);
        game_.finish(step);
        books_.read(answer, game_.state().timestamp);
        ASSERT_EQ(differences(game_.state(), books_, habits_), "") << habits_.text() << "\n" << history_;
        ASSERT_EQ(beyond_truth(game_.state(), truth_), "") << habits_.text() << "\n" << history_;
    }

private:
    Store& store_;
    Habits habits_;
    TrueGame truth_;
    std::string name_;
    Game game_;
    Bookkeeper books_;
    std::string history_;
};

/// COUNTING_SEEDS asks for more games.
TEST(AnyHistory, IsCountedTheSameWhereverItsOwnerBeginsAnew) {
    const char* more = std::getenv("COUNTING_SEEDS");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    const std::uint64_t seeds = kSeeds + (more == nullptr ? 0 : std::strtoull(more, nullptr, 10));
    std::cout << "seeds 0 to " << seeds - 1 << "\n";
    watchtower::test::PostgresServer server;
    postgres::Client client({.url = server.url()});
    Store::migrate(client);
    Store store(client);
    std::vector<std::string> names;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        names.push_back("seed-" + std::to_string(seed));
    }
    store.register_worlds(names, Game().now);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        Owners owners(store, Habits(seed, kPlayers));
        for (int tick = 0; tick < kTicks; ++tick) {
            ASSERT_NO_FATAL_FAILURE(owners.tick());
        }
    }
}

}  // namespace
}  // namespace watchtower::collector
