#include "common/world_state/reader.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "common/metrics/serialize.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::world_state {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kTick = parse_rfc3339("2025-12-08T12:34:00Z");

/// A store whose content and failures the test decides.
class FakeStore final : public StateSource {
public:
    explicit FakeStore(const char* name) : name_(name) {}

    [[nodiscard]] const char* name() const override { return name_; }

    [[nodiscard]] std::vector<ListedWorld> worlds() override {
        ++looks;
        if (away) {
            throw Unavailable(std::string(name_) + ": away");
        }
        return listed;
    }

    [[nodiscard]] std::optional<StoredState> newer(const std::string& world, std::optional<TimePoint> than) override {
        const auto found = states.find(world);
        if (found == states.end() || (than && found->second.tick <= *than)) {
            return std::nullopt;
        }
        ++reads;
        return found->second;
    }

    void hold(const std::string& world, std::int64_t position, TimePoint tick) {
        if (std::find(listed.begin(), listed.end(), ListedWorld{world, position}) == listed.end()) {
            listed.push_back({world, position});
        }
        states[world] = {tick, encode(test::sample_state(world, tick))};
    }

    bool away = false;
    int looks = 0;
    int reads = 0;
    std::vector<ListedWorld> listed;
    std::map<std::string, StoredState> states;

private:
    const char* name_;
};

class ReaderTest : public testing::Test {
protected:
    /// "default@0 other@60 third@-": each world and the age of its state in seconds, in order.
    [[nodiscard]] std::string shown() const {
        std::string text;
        for (const World& world : shown_->all) {
            text += (text.empty() ? "" : " ") + world.name + "@";
            text += world.state ? std::to_string((kTick - world.state->tick) / seconds(1)) : "-";
        }
        return text;
    }

    [[nodiscard]] std::string metrics() const {
        std::string text;
        metrics::append_text(text, registry_);
        return text;
    }

    FakeStore redis_{"redis"};
    FakeStore postgres_{"postgres"};
    ManualClock clock_{kTick + seconds(1)};
    prometheus::Registry registry_;
    Reader::Shown shown_ = std::make_shared<const Worlds>();
    int changes_ = 0;
    Reader reader_{redis_, postgres_, clock_, registry_, [this](const Reader::Shown& worlds) {
                       shown_ = worlds;
                       ++changes_;
                   }};
};

TEST_F(ReaderTest, TakesTheStateFromTheFirstStoreAndAsksTheSecondOnlyNowAndThen) {
    redis_.hold("default", 0, kTick);
    postgres_.hold("default", 0, kTick);
    for (int i = 0; i < 3; ++i) {
        reader_.look();
    }
    EXPECT_EQ(shown(), "default@0");
    EXPECT_EQ(*shown_->all[0].state, test::sample_state("default", kTick));
    EXPECT_EQ(postgres_.looks, 1);
    EXPECT_EQ(postgres_.reads, 0);
    clock_.advance(std::chrono::seconds(10));
    reader_.look();
    EXPECT_EQ(postgres_.looks, 2);
}

TEST_F(ReaderTest, ReadsAStateOnlyOnce) {
    redis_.hold("default", 0, kTick);
    for (int i = 0; i < 3; ++i) {
        reader_.look();
    }
    EXPECT_EQ(redis_.reads, 1);
    EXPECT_EQ(changes_, 1);
}

TEST_F(ReaderTest, ShowsEachNewerState) {
    redis_.hold("default", 0, kTick - minutes(1));
    reader_.look();
    redis_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
    EXPECT_EQ(changes_, 2);
}

TEST_F(ReaderTest, NeverGoesBack) {
    redis_.hold("default", 0, kTick);
    reader_.look();
    redis_.hold("default", 0, kTick - minutes(1));
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
}

TEST_F(ReaderTest, OrdersWorldsByPosition) {
    redis_.hold("a", 1, kTick);
    redis_.hold("b", 0, kTick);
    redis_.hold("c", 2, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "b@0 a@0 c@0");
    EXPECT_EQ(shown_->first()->name, "b");
    EXPECT_EQ(shown_->find("c"), &shown_->all[2]);
    EXPECT_EQ(shown_->find("d"), nullptr);
}

TEST_F(ReaderTest, TakesTheSecondStoreWhenTheFirstIsAway) {
    redis_.away = true;
    postgres_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
}

TEST_F(ReaderTest, TakesTheSecondStoreWhenTheFirstIsEmpty) {
    postgres_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
}

TEST_F(ReaderTest, TakesTheNewerOfBothWhenTheFirstIsOlderThanTwoIntervals) {
    redis_.hold("default", 0, kTick - minutes(3));
    postgres_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
    EXPECT_EQ(changes_, 2) << "the first store's state is not held back for the second's";
}

TEST_F(ReaderTest, KeepsTheFirstStoresStateWhenTheSecondsIsOlder) {
    redis_.hold("default", 0, kTick - minutes(3));
    postgres_.hold("default", 0, kTick - minutes(4));
    reader_.look();
    EXPECT_EQ(shown(), "default@180");
}

TEST_F(ReaderTest, AsksTheSecondStoreForAWorldThatTheFirstLacks) {
    redis_.hold("b", 1, kTick);
    postgres_.hold("a", 0, kTick);
    postgres_.hold("b", 1, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "a@0 b@0") << "b must not be taken for the first world";
}

TEST_F(ReaderTest, ShowsAWorldThatHasNoStateYet) {
    postgres_.listed = {{"default", 0}};
    reader_.look();
    EXPECT_EQ(shown(), "default@-");
    EXPECT_FALSE(shown_->hold_a_state());
    redis_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_TRUE(shown_->hold_a_state());
}

TEST_F(ReaderTest, KeepsWhatItHasWhenBothStoresAreAway) {
    redis_.hold("default", 0, kTick);
    reader_.look();
    redis_.away = true;
    postgres_.away = true;
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
    EXPECT_NE(metrics().find("watchtower_state_read_failures_total{source=\"redis\"} 1\n"), std::string::npos);
    EXPECT_NE(metrics().find("watchtower_state_read_failures_total{source=\"postgres\"} 1\n"), std::string::npos);
}

TEST_F(ReaderTest, KeepsAWorldThatTheFirstStoreForgot) {
    redis_.hold("a", 0, kTick);
    redis_.hold("b", 1, kTick);
    reader_.look();
    redis_.listed = {{"a", 0}};
    redis_.states.erase("b");
    reader_.look();
    EXPECT_EQ(shown(), "a@0 b@0");
}

TEST_F(ReaderTest, DropsAWorldThatNeitherStoreListsAnyMore) {
    for (FakeStore* store : {&redis_, &postgres_}) {
        store->hold("a", 0, kTick);
        store->hold("b", 1, kTick);
    }
    reader_.look();
    postgres_.listed = {{"a", 0}};
    clock_.advance(seconds(11));
    reader_.look();
    EXPECT_EQ(shown(), "a@0 b@0") << "Redis lists it";
    redis_.listed = {{"a", 0}};
    postgres_.away = true;
    clock_.advance(seconds(11));
    reader_.look();
    EXPECT_EQ(shown(), "a@0 b@0") << "PostgreSQL cannot be asked";
    postgres_.away = false;
    redis_.away = true;
    clock_.advance(seconds(11));
    reader_.look();
    EXPECT_EQ(shown(), "a@0 b@0") << "Redis cannot be asked";
    redis_.away = false;
    clock_.advance(seconds(11));
    reader_.look();
    EXPECT_EQ(shown(), "a@0");
    EXPECT_EQ(metrics().find("watchtower_state_age_seconds{world=\"b\"}"), std::string::npos);
}

TEST_F(ReaderTest, LeavesAFailingSecondStoreAloneForAWhile) {
    redis_.away = true;
    postgres_.away = true;
    for (int i = 0; i < 10; ++i) {
        reader_.look();
    }
    EXPECT_EQ(postgres_.looks, 1);
    clock_.advance(seconds(6));
    postgres_.away = false;
    postgres_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
}

TEST_F(ReaderTest, SkipsAStateThatCannotBeReadAndTakesTheOtherStores) {
    redis_.hold("default", 0, kTick);
    redis_.states["default"].text = "{}";
    postgres_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_EQ(shown(), "default@0");
    reader_.look();
    EXPECT_EQ(redis_.reads, 1);
    EXPECT_NE(metrics().find("watchtower_malformed_states_total{source=\"redis\"} 1\n"), std::string::npos);
    redis_.hold("default", 0, kTick + minutes(1));
    reader_.look();
    EXPECT_EQ(shown(), "default@-60");
}

TEST_F(ReaderTest, KeepsShowingTheOldStateWhenTheNewOneCannotBeRead) {
    redis_.hold("default", 0, kTick - minutes(1));
    reader_.look();
    redis_.states["default"] = {kTick, "not JSON"};
    reader_.look();
    EXPECT_EQ(shown(), "default@60");
    EXPECT_EQ(postgres_.looks, 2);
}

TEST_F(ReaderTest, RefusesAStateOfAnotherWorldOrTick) {
    redis_.hold("default", 0, kTick);
    redis_.states["default"].text = encode(test::sample_state("other", kTick));
    reader_.look();
    EXPECT_EQ(shown(), "default@-");
    redis_.states["default"] = {kTick + minutes(1), encode(test::sample_state("default", kTick))};
    reader_.look();
    EXPECT_EQ(shown(), "default@-");
}

TEST_F(ReaderTest, RefusesAStateWithoutAnInterval) {
    auto state = test::sample_state("default", kTick);
    state.interval = Milliseconds(0);
    redis_.listed = {{"default", 0}};
    redis_.states["default"] = {kTick, encode(state)};
    reader_.look();
    EXPECT_EQ(shown(), "default@-");
}

TEST_F(ReaderTest, TellsWhenTimeAloneChangesWhatIsShown) {
    redis_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_EQ(reader_.next_change(), kTick + minutes(2) + Milliseconds(1));
    clock_.set(kTick + minutes(2));
    reader_.look();
    EXPECT_EQ(changes_, 1);
    clock_.set(*reader_.next_change());
    reader_.look();
    EXPECT_EQ(changes_, 2);
    clock_.set(*reader_.next_change());
    reader_.look();
    EXPECT_EQ(changes_, 3) << "gauges are dropped";
    EXPECT_EQ(reader_.next_change(), std::nullopt);
}

TEST_F(ReaderTest, ShowsTheAgeOfEachState) {
    redis_.hold("default", 0, kTick);
    clock_.set(kTick + Milliseconds(789) + seconds(30));
    reader_.look();
    EXPECT_NE(metrics().find("watchtower_state_age_seconds{world=\"default\"} 30\n"), std::string::npos);
    EXPECT_NE(metrics().find("watchtower_states_read_total{source=\"redis\"} 1\n"), std::string::npos);
}

TEST_F(ReaderTest, ShowsHowLongNewStatesTookToComeHere) {
    redis_.hold("default", 0, kTick);
    reader_.look();
    EXPECT_NE(metrics().find("watchtower_state_delay_seconds_count 0\n"), std::string::npos) << "it may be of any age";
    redis_.hold("default", 0, kTick + minutes(1));
    clock_.set(kTick + minutes(1) + Milliseconds(789) + seconds(2));
    reader_.look();
    EXPECT_NE(metrics().find("watchtower_state_delay_seconds_count 1\n"), std::string::npos);
    EXPECT_NE(metrics().find("watchtower_state_delay_seconds_sum 2\n"), std::string::npos);
}

}  // namespace
}  // namespace watchtower::world_state
