#include "services/api-gateway/views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_state.hpp"

namespace watchtower::gateway {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const TimePoint kTick(std::chrono::milliseconds(1765197240000));

std::shared_ptr<const proto::State> state_at(TimePoint tick) {
    return std::make_shared<const proto::State>(test::sample_state("default", tick));
}

class ViewsTest : public testing::Test {
protected:
    ManualClock clock_{kTick + seconds(10)};
    Views views_{clock_};
};

TEST_F(ViewsTest, RendersOncePerState) {
    const auto state = state_at(kTick);
    const auto view = views_.of(state);
    EXPECT_EQ(*view->document.plain, proto::encode(state->document));
    clock_.set(kTick + seconds(119));
    EXPECT_EQ(views_.of(state), view);
    EXPECT_EQ(views_.renderings(), 1U);
    EXPECT_NE(views_.of(state_at(kTick + seconds(60))), view);
    EXPECT_EQ(views_.renderings(), 2U);
}

TEST_F(ViewsTest, BecomesStaleByAgeOnce) {
    const auto state = state_at(kTick);
    const auto fresh = views_.of(state);
    EXPECT_THAT(*fresh->document.plain, Not(HasSubstr("stale")));
    clock_.set(kTick + seconds(121));
    const auto stale = views_.of(state);
    EXPECT_THAT(*stale->document.plain, HasSubstr(R"("error":"collector_down")"));
    EXPECT_THAT(*stale->sections[0]->plain, HasSubstr("collector_down"));
    EXPECT_NE(stale->document.etag_stem, fresh->document.etag_stem);
    clock_.advance(seconds(1000));
    EXPECT_EQ(views_.of(state), stale);
    EXPECT_EQ(views_.renderings(), 2U);
}

TEST_F(ViewsTest, NeverGoesBackToAnOlderState) {
    const auto old_state = state_at(kTick);
    const auto newer = views_.of(state_at(kTick + seconds(60)));
    EXPECT_EQ(views_.of(old_state), newer);
    EXPECT_EQ(views_.renderings(), 1U);
}

TEST_F(ViewsTest, HasNothingOfASectionNeverCollected) {
    auto state = test::sample_state("default", kTick);
    state.document.pvp.reset();
    const auto view = views_.of(std::make_shared<const proto::State>(state));
    EXPECT_FALSE(view->sections[proto::index(proto::Section::pvp)]);
    EXPECT_TRUE(view->sections[proto::index(proto::Section::events)]);
    EXPECT_THAT(*view->document.plain, HasSubstr(R"("pvp":null)"));
}

TEST(LeftOfTick, IsWhatRemainsUntilTheNextOne) {
    const auto state = test::sample_state("default", kTick);
    EXPECT_EQ(left_of_tick(state, kTick), seconds(60));
    EXPECT_EQ(left_of_tick(state, kTick + Milliseconds(10'001)), seconds(49));
    EXPECT_EQ(left_of_tick(state, kTick + seconds(60)), seconds(0));
    EXPECT_EQ(left_of_tick(state, kTick + seconds(600)), seconds(0));
    EXPECT_EQ(left_of_tick(state, kTick - seconds(600)), seconds(60)) << "a clock that is behind";
    EXPECT_EQ(until_next_minute(kTick), seconds(60));
    EXPECT_EQ(until_next_minute(kTick + Milliseconds(59'999)), seconds(1));
}

}  // namespace
}  // namespace watchtower::gateway
