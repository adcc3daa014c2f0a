#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector::test {
namespace {

/// A generated game whose truth is known: players act, earn, spend, join, leave and come back, fights happen, and the
/// list of fights slides. Reads of single sections fail at random.
class GeneratedHistory {
public:
    explicit GeneratedHistory(std::uint64_t seed) : random_(seed) {}

    void live() {
        for (auto& [name, player] : players_) {
            if (!player.here) {
                player.here = chance(0.1);
                continue;
            }
            for (const char* action : {"move", "attack", "build"}) {
                const std::uint64_t n = number(3);
                player.actions[action] += n;
                truth_actions[action] += n;
            }
            player.gold += static_cast<std::int64_t>(number(20)) - static_cast<std::int64_t>(number(10));
            player.gold = std::max<std::int64_t>(player.gold, 0);
            player.here = !chance(0.05);
        }
        if (players_.size() < 40 && chance(0.5)) {
            players_["p" + std::to_string(players_.size())].gold = static_cast<std::int64_t>(number(100));
        }
        for (std::uint64_t i = number(4); i > 0; --i) {
            fights_.push_back(chance(0.5));
            truth_attacks += 1;
            truth_successful += fights_.back() ? 1 : 0;
        }
    }

    void read(Game& game, bool all) {
        for (const auto& [name, player] : players_) {
            if (!player.here && !all) {
                continue;
            }
            Actions actions(player.actions.begin(), player.actions.end());
            game.nomad(name, actions);
            game.balance(name, std::to_string(player.gold).c_str(), "0");
        }
        // The list shows the newest fights, overlapping with what the read before showed, in any order.
        const std::size_t first = all_read_until_ > 3 ? all_read_until_ - 3 : 0;
        std::vector<std::size_t> listed;
        for (std::size_t i = first; i < fights_.size(); ++i) {
            listed.push_back(i);
        }
        std::shuffle(listed.begin(), listed.end(), random_);
        for (const std::size_t i : listed) {
            game.combat(std::to_string(i), fights_[i]);
        }
        for (const proto::Section section : proto::kSections) {
            if (!all && chance(0.2)) {
                game.fail(section);
            }
        }
        if (!game.errors[proto::index(proto::Section::pvp)]) {
            all_read_until_ = fights_.size();
        }
    }

    [[nodiscard]] proto::Amount stock() const {
        proto::Amount sum;
        for (const auto& [name, player] : players_) {
            sum += proto::Amount::units(player.gold);
        }
        return sum;
    }

    std::map<std::string, std::uint64_t> truth_actions;
    std::uint64_t truth_attacks = 0;
    std::uint64_t truth_successful = 0;

private:
    struct Player {
        bool here = true;
        std::map<std::string_view, std::uint64_t> actions;
        std::int64_t gold = 0;
    };

    std::uint64_t number(std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(random_); }
    bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }

    std::mt19937_64 random_;
    std::map<std::string, Player> players_ = {{"p0", {}}, {"p1", {}}};
    std::vector<bool> fights_;
    std::size_t all_read_until_ = 0;
};

TEST(AnyHistory, IsNeverCountedBeyondTheTruthAndMeetsItAtTheNextCompleteRead) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        GeneratedHistory history(seed);
        Game game;
        proto::Totals before;
        for (int tick = 0; tick < 60; ++tick) {
            history.live();
            const bool all = tick % 20 == 19;
            history.read(game, all);
            game.tick();
            for (const auto& [action, truth] : history.truth_actions) {
                EXPECT_LE(game.counted(action), truth);
                if (all) {
                    EXPECT_EQ(game.counted(action), truth);
                }
            }
            EXPECT_LE(game.totals().attacks, history.truth_attacks);
            EXPECT_GE(game.totals().attacks, before.attacks);
            EXPECT_GE(game.totals().gold.collected, before.gold.collected);
            EXPECT_GE(game.totals().gold.spent, before.gold.spent);
            if (all) {
                EXPECT_EQ(game.totals().attacks, history.truth_attacks);
                EXPECT_EQ(game.totals().attacks_successful, history.truth_successful);
                EXPECT_EQ(game.state().document.resources->total_gold, history.stock());
            }
            before = game.totals();
        }
    }
}

TEST(AnyHistory, KeepsStockEqualToStartAndFlows) {
    for (std::uint64_t seed = 100; seed < 130; ++seed) {
        GeneratedHistory history(seed);
        Game game;
        std::optional<proto::Amount> start;
        for (int tick = 0; tick < 40; ++tick) {
            history.live();
            history.read(game, false);
            game.tick();
            if (!game.state().document.resources) {
                continue;
            }
            const proto::Amount stock = game.state().document.resources->total_gold;
            const proto::Flow& gold = game.totals().gold;
            start = start.value_or(stock);
            EXPECT_EQ(stock, *start + gold.collected - gold.spent + gold.joined - gold.left) << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace watchtower::collector::test
