#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "common/world_state/redis_states.hpp"
#include "proto-json/names.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::world_state {
namespace {

using std::chrono::minutes;

const TimePoint kTick = parse_rfc3339("2025-12-08T12:34:00.5Z");

class PutTest : public testing::Test {
protected:
    [[nodiscard]] redis::Options options() const {
        redis::Options options;
        options.url = server_.url();
        return options;
    }

    [[nodiscard]] std::optional<TimePoint> held(const std::string& world) {
        const auto stored = states_.newer(world, std::nullopt);
        if (!stored) {
            return std::nullopt;
        }
        EXPECT_EQ(proto::decode_state(stored->text).tick, stored->tick);
        return stored->tick;
    }

    test::RedisServer server_;
    redis::Client client_{options()};
    RedisStates states_{client_};
};

TEST_F(PutTest, GivesReadersWhatWasPut) {
    const auto state = test::sample_state("default", kTick);
    EXPECT_TRUE(put(client_, state, 0));
    EXPECT_EQ(states_.worlds(), (std::vector<ListedWorld>{{"default", 0}}));
    const auto stored = states_.newer("default", std::nullopt);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->tick, kTick);
    EXPECT_EQ(proto::decode_state(stored->text), state);
}

TEST_F(PutTest, FindsNothingWhereNothingWasPut) {
    EXPECT_EQ(states_.worlds(), std::vector<ListedWorld>());
    EXPECT_FALSE(states_.newer("default", std::nullopt));
}

TEST_F(PutTest, ReadsOnlyWhatIsNewer) {
    put(client_, test::sample_state("default", kTick), 0);
    EXPECT_TRUE(states_.newer("default", kTick - Milliseconds(1)));
    EXPECT_FALSE(states_.newer("default", kTick));
}

TEST_F(PutTest, ReplacesAnOlderStateAndRefusesToBeReplacedByOne) {
    EXPECT_TRUE(put(client_, test::sample_state("default", kTick), 0));
    EXPECT_TRUE(put(client_, test::sample_state("default", kTick + minutes(1)), 0));
    EXPECT_FALSE(put(client_, test::sample_state("default", kTick), 5));
    EXPECT_EQ(held("default"), kTick + minutes(1));
    EXPECT_EQ(states_.worlds(), (std::vector<ListedWorld>{{"default", 0}})) << "the position stays too";
}

TEST_F(PutTest, MayBeRepeated) {
    EXPECT_TRUE(put(client_, test::sample_state("default", kTick), 0));
    EXPECT_TRUE(put(client_, test::sample_state("default", kTick), 0));
}

TEST_F(PutTest, KeepsWorldsApart) {
    put(client_, test::sample_state("a", kTick), 1);
    put(client_, test::sample_state("b", kTick + minutes(1)), 0);
    EXPECT_EQ(states_.worlds(), (std::vector<ListedWorld>{{"b", 0}, {"a", 1}}));
    EXPECT_EQ(held("a"), kTick);
    EXPECT_EQ(held("b"), kTick + minutes(1));
}

TEST_F(PutTest, ReplacesWhatIsNoState) {
    client_.command({"HSET", proto::state_key("default"), proto::kStateTickField, "soon"});
    EXPECT_THROW((void)states_.newer("default", kTick), BadInput);
    EXPECT_TRUE(put(client_, test::sample_state("default", kTick), 0));
    EXPECT_EQ(held("default"), kTick);
}

TEST_F(PutTest, LeavesTheNewestWhenManyPutAtOnce) {
    constexpr int kEach = 25;
    const auto put_many = [this](int writer) {
        redis::Client client(options());
        for (int i = kEach; i > 0; --i) {
            put(client, test::sample_state("default", kTick + minutes(2 * i + writer)), 0);
        }
    };
    {
        const std::jthread one(put_many, 0);
        const std::jthread other(put_many, 1);
    }
    EXPECT_EQ(held("default"), kTick + minutes(2 * kEach + 1));
}

}  // namespace
}  // namespace watchtower::world_state
