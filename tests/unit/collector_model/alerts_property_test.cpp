#include <map>
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/collector_model/watched_world.hpp"

namespace watchtower::collector {
namespace {

using proto::AlertState;
using proto::Section;

constexpr int kTicks = 400;

/// What one tick brings, from a seed.
struct Weather {
    explicit Weather(unsigned seed) : random(seed) {}

    [[nodiscard]] bool chance(int in) { return random() % static_cast<unsigned>(in) == 0; }

    void come_over(test::WatchedWorld& world) {
        if (chance(20)) {
            quiet = !quiet;
        }
        if (chance(25)) {
            losing = !losing;
        }
        const auto attacks = random() % 8;
        world.happen(quiet ? random() % 3 : 5 + random() % 20, attacks, losing ? attacks : 0);
        world.hold(random() % 15, static_cast<std::int64_t>(random() % 101), 100);
        for (const Section section : proto::kSections) {
            failing[proto::index(section)] = failing[proto::index(section)] ? !chance(3) : chance(60);
            world.fail(section, failing[proto::index(section)]);
        }
        if (chance(60)) {
            world.reset();
        }
        world.facts.ticks_at_risk = chance(10) ? random() % 4 : 0;
        world.facts.ticks_lost = chance(40) ? 1 : 0;
        if (chance(40)) {
            world.state.tick += world.state.interval * (1 + random() % 4);  // nobody collected
        }
    }

    std::mt19937 random;
    bool quiet = false;
    bool losing = false;
    std::array<bool, proto::kSectionCount> failing{};
};

class AlertsProperty : public testing::TestWithParam<unsigned> {};

TEST_P(AlertsProperty, ALogWithoutGapsTellsWhatIsOpen) {
    test::WatchedWorld world;
    Weather weather(GetParam());
    std::map<std::string, proto::Alert> open;
    for (int tick = 0; tick < kTicks; ++tick) {
        weather.come_over(world);
        const std::size_t before = world.log.size();
        world.tick();
        for (std::size_t i = before; i < world.log.size(); ++i) {
            const auto& [number, alert] = world.log[i];
            ASSERT_EQ(number, i + 1);
            if (alert.state == AlertState::active) {
                ASSERT_TRUE(open.emplace(alert.id, alert).second) << alert.id;
            } else {
                ASSERT_EQ(open.erase(alert.id), 1) << alert.id;
                ASSERT_EQ(alert.resolved_at, world.state.tick);
            }
        }
        ASSERT_EQ(world.state.alert_number, world.log.size());
        ASSERT_EQ(world.state.alerts.size(), open.size());
        std::map<std::string, int> subjects;
        for (const proto::Alert& alert : world.state.alerts) {
            ASSERT_TRUE(open.contains(alert.id));
            ASSERT_EQ(++subjects[alert.id.substr(0, alert.id.rfind('-'))], 1) << "open twice: " << alert.id;
            proto::Alert& worst = open[alert.id];
            ASSERT_TRUE(alert.type == "low_activity" ? alert.value <= worst.value : alert.value >= worst.value);
            worst = alert;
        }
    }
    EXPECT_GT(world.log.size(), 20) << "something went on";
}

TEST_P(AlertsProperty, ARestartAtAnyTickMakesNoDifference) {
    test::WatchedWorld world;
    test::WatchedWorld restarted;
    Weather weather(GetParam());
    Weather same(GetParam());
    for (int tick = 0; tick < kTicks; ++tick) {
        weather.come_over(world);
        world.tick();
        restarted.state = proto::decode_state(encode(restarted.state));
        same.come_over(restarted);
        restarted.tick();
        ASSERT_EQ(encode(world.state), encode(restarted.state)) << tick;
    }
    EXPECT_EQ(world.log, restarted.log);
}

TEST_P(AlertsProperty, RequestedCollectionsMakeNoDifference) {
    test::WatchedWorld world;
    test::WatchedWorld asked;
    Weather weather(GetParam());
    Weather same(GetParam());
    std::mt19937 random(GetParam());
    for (int tick = 0; tick < kTicks; ++tick) {
        weather.come_over(world);
        world.tick();
        same.come_over(asked);
        const TimePoint scheduled = asked.next();
        // What the next tick brings was there a little before it already, but for what is told once.
        for (unsigned i = random() % 4; i > 0; --i) {
            const AlertFacts facts = asked.facts;
            asked.facts.reset = false;
            asked.facts.ticks_lost = 0;
            const bool failed_then = random() % 2 == 0;
            const auto sections = asked.state.sections;
            asked.fail(Section::nomads, failed_then);
            asked.tick_at(scheduled - Milliseconds(i));
            asked.state.sections = sections;
            asked.facts = facts;
        }
        asked.tick_at(scheduled);
        ASSERT_EQ(encode(world.state), encode(asked.state)) << tick;
    }
    EXPECT_EQ(world.log, asked.log);
}

/// The rule itself, from every tick that was: low activity opens only over a complete window of few actions.
TEST_P(AlertsProperty, LowActivityIsNeverToldOfAnIncompleteWindow) {
    struct Seen {
        TimePoint tick;
        bool good;
        std::uint64_t actions;
    };
    test::WatchedWorld world;
    Weather weather(GetParam());
    std::vector<Seen> seen;
    for (int tick = 0; tick < kTicks; ++tick) {
        weather.come_over(world);
        const std::size_t before = world.log.size();
        world.tick();
        std::uint64_t actions = 0;
        for (const auto& [name, count] : world.state.totals.actions) {
            actions += count;
        }
        seen.push_back({world.state.tick, !weather.failing[proto::index(Section::nomads)], actions});
        bool complete = true;
        std::optional<std::uint64_t> within;
        for (auto at = seen.rbegin(); at != seen.rend() && !within; ++at) {
            complete =
                complete && at->good && (at == seen.rbegin() || (at - 1)->tick - at->tick <= 2 * world.state.interval);
            if (at->tick <= world.state.tick - world.rules.window) {
                within = actions - at->actions;
            }
        }
        for (std::size_t i = before; i < world.log.size(); ++i) {
            const proto::Alert& alert = world.log[i].alert;
            if (alert.type == "low_activity") {
                ASSERT_TRUE(complete && within) << tick;
                EXPECT_EQ(alert.state == AlertState::active, *within < 10) << tick;
            }
        }
        if (complete && within && (*within < 10 || *within >= 12)) {
            EXPECT_EQ(world.open().find("low_activity") != std::string::npos, *within < 10) << tick;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AlertsProperty, testing::Range(1U, 9U));

}  // namespace
}  // namespace watchtower::collector
