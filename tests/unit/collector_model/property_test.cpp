#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/unit/collector_model/differences.hpp"

/// Games made up from seeds, read and counted. The seeds are always the same ones; COUNTING_SEEDS asks for as many more
/// and COUNTING_FIRST_SEED says where they begin. A failure is told with the shortest history of the fewest players
/// that shows it.
namespace watchtower::collector::test {
namespace {

using proto::Section;

constexpr int kTicks = 60;
constexpr std::uint64_t kSeeds = 120;
constexpr std::size_t kPlayers = 8;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// One history, tick by tick.
class History {
public:
    explicit History(const Habits& habits) : habits_(habits), truth_(habits) { game_.step_length = habits.step_length; }

    /// What is wrong after one more tick; empty: nothing.
    std::string tick(int number);

    [[nodiscard]] std::string text() const { return habits_.text() + "\n" + text_; }

private:
    bool may_begin_anew(bool all);
    std::string keep(const Answer& answer, bool all);
    std::string compare_in_another_order(const Answer& answer, const Step& step);
    std::string read_again(const Answer& answer);

    Habits habits_;
    TrueGame truth_;
    Game game_;
    Bookkeeper books_;
    Answer last_;
    std::string text_;
    bool all_was_read_ = false;  ///< and nothing has happened since
    bool exact_ = true;          ///< nothing happened that no reader can know
};

/// The game begins anew now and then, mostly when a reader knows all and will see it at once.
bool History::may_begin_anew(bool all) {
    if (!habits_.resets || !truth_.chance(0.15)) {
        return false;
    }
    const bool can_be_known = all_was_read_ && all && books_.sum_of_present() >= 100;
    if (!can_be_known && truth_.chance(0.8)) {
        return false;
    }
    exact_ = exact_ && can_be_known;
    truth_.begin_anew();
    text_ += "  the game begins anew\n";
    return true;
}

std::string History::compare_in_another_order(const Answer& answer, const Step& step) {
    Game other;
    other.world = game_.world;
    other.now = game_.now;
    Answer shuffled = answer;
    shuffled.shuffle(truth_.random());
    shuffled.read_by(other);
    const Step same = other.compare_with(other.world);
    return encode(same.state) == encode(step.state) && same.players.size() == step.players.size()
               ? ""
               : "    another order of records gives another state:\n" + encode(same.state) + "\n" +
                     encode(step.state) + "\n";
}

std::string History::read_again(const Answer& answer) {
    answer.read_by(game_);
    const Step again = game_.tick();
    books_.read(answer, game_.state().timestamp);
    return again.players.empty() ? "" : "    players changed although the same was read again\n";
}

std::string History::keep(const Answer& answer, bool all) {
    const std::optional<proto::State> before = game_.world.state;
    truth_.keep(answer);
    books_.read(answer, game_.now + std::chrono::milliseconds(7));
    const Step step = game_.tick();
    const auto take = [&](Section section, auto& to, const auto& from) { to = answer.was_read(section) ? from : to; };
    take(Section::nomads, last_.nomads, answer.nomads);
    take(Section::resources, last_.resources, answer.resources);
    take(Section::dwellings, last_.dwellings, answer.dwellings);
    const proto::State& state = game_.state();
    std::string wrong = differences(state, books_, habits_) + beyond_truth(state, truth_) + wrong_levels(state, last_) +
                        wrong_balance(state, books_);
    wrong += before ? fallen(*before, state) : "";
    exact_ = exact_ && state.epoch == truth_.epoch;  // a reset may go unseen when few of the old players stay
    if (all && exact_) {
        wrong += not_truth(state, truth_, habits_);
    }
    if (wrong.empty() && truth_.chance(0.1)) {
        text_ += "  and the same again\n";
        wrong = read_again(answer) + differences(game_.state(), books_, habits_);
    }
    return wrong;
}

std::string History::tick(int number) {
    const bool all = truth_.chance(0.15);
    const bool anew = may_begin_anew(all);
    if (!anew) {
        truth_.live();
    }
    const Answer answer = truth_.answer(all);
    answer.read_by(game_);
    text_ += "tick " + std::to_string(number) + (all ? ", all\n" : "\n") + answer.text();
    const Step step = game_.compare_with(game_.world);
    std::string wrong = compare_in_another_order(answer, step);
    all_was_read_ = false;
    if (!wrong.empty()) {
        return wrong;
    }
    if (!anew && truth_.chance(habits_.dropped)) {
        text_ += "  dropped\n";
        game_.drop();
        return "";
    }
    all_was_read_ = all;
    return keep(answer, all);
}

/// The first thing that goes wrong with the whole history until then; empty: nothing.
std::string first_failure(std::uint64_t seed, std::size_t players) {
    History history(Habits(seed, players));
    for (int number = 0; number < kTicks; ++number) {
        if (const std::string wrong = history.tick(number); !wrong.empty()) {
            return history.text() + wrong;
        }
    }
    return "";
}

/// Of several failures of a seed with fewer players the shortest.
std::string shortest_failure(std::uint64_t seed) {
    std::string shortest = first_failure(seed, kPlayers);
    for (std::size_t players = 1; !shortest.empty() && players < kPlayers; ++players) {
        const std::string other = first_failure(seed, players);
        shortest = other.empty() || other.size() > shortest.size() ? shortest : other;
    }
    return shortest;
}

TEST(AnyHistory, IsCountedAsTheContractSaysNeverBeyondTheTruthAndMeetsItWhereItCanBeKnown) {
    const std::uint64_t first = from_environment("COUNTING_FIRST_SEED", 0);
    const std::uint64_t seeds = kSeeds + from_environment("COUNTING_SEEDS", 0);
    std::cout << "seeds " << first << " to " << first + seeds - 1 << "\n";
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        const std::string failure = shortest_failure(seed);
        ASSERT_EQ(failure, "") << failure;
    }
}

}  // namespace
}  // namespace watchtower::collector::test
