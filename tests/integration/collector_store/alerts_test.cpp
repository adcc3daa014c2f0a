#include "common/world_state/alerts.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/collector/model/alerts.hpp"
#include "services/collector/outbox/codec.hpp"
#include "services/collector/outbox/fold.hpp"
#include "services/collector/store/store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector {
namespace {

using proto::Alert;
using proto::AlertState;
using proto::NumberedAlert;
using testing::IsEmpty;

constexpr Milliseconds kDeadline{10'000};

class StoredAlerts : public testing::Test {
protected:
    StoredAlerts() {
        Store::migrate(client_);
        store_.register_worlds({"default"}, game_.now);
    }

    Alert opened(const std::string& id, double value) const {
        return {"", id, "low_activity", "warning", "it's \"quiet\"", value, 10, AlertState::active, game_.now, {}};
    }

    static Alert resolved(Alert alert, TimePoint at) {
        alert.state = AlertState::resolved;
        alert.resolved_at = at;
        return alert;
    }

    /// A tick with these entries of the log, and the alerts that are active after it.
    TickWrite tick(std::vector<Alert> log, std::vector<Alert> active) {
        Step step = game_.compare_with(game_.world);
        for (Alert& alert : log) {
            step.alert_log.push_back({++step.state.alert_number, std::move(alert)});
        }
        step.state.alerts = std::move(active);
        TickWrite write = tick_write(game_.world, step);
        game_.finish(step);
        return write;
    }

    std::vector<std::uint64_t> numbers_after(std::uint64_t number) {
        std::vector<std::uint64_t> numbers;
        for (const NumberedAlert& entry : world_state::alerts_after(reader_, "default", number, kDeadline)) {
            numbers.push_back(entry.number);
        }
        return numbers;
    }

    watchtower::test::PostgresServer server_;
    postgres::Client client_{{.url = server_.url()}};
    postgres::Client reader_{{.url = server_.url("watchtower", "watchtower_reader")}};
    Store store_{client_};
    test::Game game_;
};

TEST_F(StoredAlerts, AreLoggedWithTheTickThatOpensAndResolvesThem) {
    const Alert low = opened("default-low_activity-1", 4);
    ASSERT_EQ(store_.store(tick({low}, {low})), Store::Outcome::stored);
    const Alert gone = resolved(low, game_.now);
    ASSERT_EQ(store_.store(tick({gone}, {})), Store::Outcome::stored);

    const auto log = world_state::alerts_after(reader_, "default", 0, kDeadline);
    ASSERT_EQ(log.size(), 2);
    Alert expected = low;
    expected.world = "default";
    EXPECT_EQ(log[0], (NumberedAlert{1, expected}));
    EXPECT_EQ(log[1], (NumberedAlert{2, resolved(expected, *gone.resolved_at)}));
    EXPECT_EQ(numbers_after(1), std::vector<std::uint64_t>{2});
    EXPECT_THAT(numbers_after(2), IsEmpty());
    EXPECT_THAT(world_state::alerts_after(reader_, "other", 0, kDeadline), IsEmpty());
    EXPECT_EQ(world_state::resolved_alerts(reader_, "default", kDeadline), std::vector<Alert>{gone});
    EXPECT_EQ(store_.load("default").state->alert_number, 2);
}

TEST_F(StoredAlerts, AreOnceInTheTableWithTheirWorstValue) {
    Alert low = opened("default-low_activity-1", 4);
    ASSERT_EQ(store_.store(tick({low}, {low})), Store::Outcome::stored);
    low.value = 1.5;
    low.message = "quieter";
    ASSERT_EQ(store_.store(tick({}, {low})), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select concat_ws('|', value, message, state, number, resolved_at is null) from alerts"),
              "1.5|quieter|active|1|t");
    ASSERT_EQ(store_.store(tick({resolved(low, game_.now)}, {})), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select concat_ws('|', value, message, state, number, resolved_at > opened_at) from alerts"),
              "1.5|quieter|resolved|2|t");
}

TEST_F(StoredAlerts, AreNotLoggedTwiceWhenAWriteIsRepeatedNorByARefusedOne) {
    const Alert low = opened("default-low_activity-1", 4);
    WorldMemory other = store_.load("default");
    const TickWrite write = tick({low}, {low});
    ASSERT_EQ(store_.store(write), Store::Outcome::stored);
    ASSERT_EQ(store_.store(write), Store::Outcome::stored) << "as after a lost answer";
    EXPECT_THAT(numbers_after(0), testing::ElementsAre(1));

    Step late = game_.compare_with(other);
    late.alert_log.push_back({1, opened("default-source_down-pvp-2", 2)});
    late.state.alert_number = 1;
    EXPECT_EQ(store_.store(tick_write(other, late)), Store::Outcome::refused);
    EXPECT_THAT(numbers_after(0), testing::ElementsAre(1));
    EXPECT_EQ(server_.ask("select count(*) from alerts"), "1");
}

TEST_F(StoredAlerts, AreAllLoggedWhenTicksAreFoldedAndTheirStatesDropped) {
    const Alert low = opened("default-low_activity-1", 4);
    TickWrite first = tick({low}, {low});
    TickWrite second = tick({resolved(low, game_.now)}, {});
    const Alert again = opened("default-low_activity-2", 3);
    TickWrite third = tick({again}, {again});
    TickWrite folded = fold(fold(std::move(first), std::move(second)), std::move(third));
    ASSERT_TRUE(drop_folded_states(folded));
    ASSERT_EQ(store_.store(folded), Store::Outcome::stored);
    EXPECT_THAT(numbers_after(0), testing::ElementsAre(1, 2, 3));
    EXPECT_EQ(server_.ask("select string_agg(id || ' ' || state, ',' order by number) from alerts"),
              "default-low_activity-1 resolved,default-low_activity-2 active");
}

/// Two owners who both believe in themselves; either may be first, be lost before or after its commit, or keep its tick
/// as text for the other. What is stored must be what one owner alone would have made.
TEST_F(StoredAlerts, AreTheSameWhoeverOwnsTheWorldAndWheneverHeIsLost) {
    std::mt19937 random(5);
    WorldMemory alone;
    alone.name = "default";
    std::vector<NumberedAlert> expected;
    std::array<WorldMemory, 2> owners = {store_.load("default"), store_.load("default")};
    const auto judged = [this](WorldMemory& world) {
        Step step = game_.compare_with(world);
        judge_alerts(step, 0, 0, {});
        return step;
    };
    std::uint64_t moves = 0;
    for (int tick = 0; tick < 80; ++tick) {
        moves += tick / 12 % 2 == 0 ? 20 : 0;
        game_.nomad("p1", {{"move", moves}});
        if (tick % 9 > 6) {
            game_.fail(proto::Section::pvp);
        }
        const Step right = judged(alone);
        expected.insert(expected.end(), right.alert_log.begin(), right.alert_log.end());
        for (WorldMemory* owner : {&owners[random() % 2], &owners[0], &owners[1]}) {
            Step step = judged(*owner);
            const TickWrite write = tick_write(*owner, step);
            const bool by_text = random() % 4 == 0;
            const auto outcome = store_.store(by_text ? decode_tick_write(encode(write)) : write);
            if (outcome == Store::Outcome::refused || random() % 3 == 0) {
                *owner = store_.load("default");  // as who was refused, or took over
            } else {
                apply(*owner, std::move(step));
            }
        }
        apply(alone, right);
        game_.drop();
    }
    std::vector<NumberedAlert> stored;
    for (;;) {
        const auto more =
            world_state::alerts_after(reader_, "default", stored.empty() ? 0 : stored.back().number, kDeadline);
        if (more.empty()) {
            break;
        }
        stored.insert(stored.end(), more.begin(), more.end());
    }
    for (NumberedAlert& entry : expected) {
        entry.alert.world = "default";
    }
    EXPECT_GT(expected.size(), 20);
    EXPECT_EQ(stored, expected);
    EXPECT_EQ(store_.load("default").state->alerts, alone.state->alerts);
}

TEST_F(StoredAlerts, ComeAHundredAtATimeFromTheLog) {
    std::vector<Alert> many;
    many.reserve(130);
    for (int i = 0; i < 130; ++i) {
        many.push_back(resolved(opened("a" + std::to_string(i), i), game_.now));
    }
    ASSERT_EQ(store_.store(tick(many, {})), Store::Outcome::stored);
    const auto first = numbers_after(0);
    ASSERT_EQ(first.size(), world_state::kMostLoggedAlerts);
    EXPECT_EQ(first.front(), 1);
    EXPECT_EQ(numbers_after(first.back()).size(), 30);
    const auto newest = world_state::resolved_alerts(reader_, "default", kDeadline);
    ASSERT_EQ(newest.size(), 130);
    EXPECT_EQ(newest.front().id, "a129");
}

}  // namespace
}  // namespace watchtower::collector
