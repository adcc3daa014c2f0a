#include "common/world_state/freshness.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_state.hpp"

namespace watchtower::world_state {
namespace {

using proto::Section;
using std::chrono::milliseconds;
using std::chrono::minutes;

const TimePoint kTick = parse_rfc3339("2025-12-08T12:34:00Z");
const TimePoint kTimestamp = kTick + milliseconds(789);

bool is_stale(const Freshness& freshness, Section section) {
    return freshness.stale[proto::index(section)].has_value();
}

TEST(Freshness, ShowsEverythingOfAGoodState) {
    const auto state = test::sample_state("default", kTick);
    const auto now = freshness(state, kTick + minutes(1));
    for (const Section section : proto::kSections) {
        EXPECT_TRUE(now.shows(section)) << to_text(section);
        EXPECT_FALSE(is_stale(now, section)) << to_text(section);
    }
}

TEST(Freshness, DropsAStaleSectionAfterTenIntervals) {
    auto state = test::sample_state("default", kTick);
    auto& pvp = state.sections[proto::index(Section::pvp)];
    pvp.error = proto::SectionError::timeout;
    pvp.last_good = kTick - minutes(9);
    EXPECT_TRUE(freshness(state, kTick + minutes(1)).shows(Section::pvp));
    EXPECT_TRUE(is_stale(freshness(state, kTick + minutes(1)), Section::pvp));
    EXPECT_FALSE(freshness(state, kTick + minutes(1) + milliseconds(1)).shows(Section::pvp));
    EXPECT_TRUE(freshness(state, kTick + minutes(1) + milliseconds(1)).shows(Section::events));
}

TEST(Freshness, DropsEverythingTenIntervalsAfterTheCollectorWentDown) {
    const auto state = test::sample_state("default", kTick);
    EXPECT_FALSE(is_stale(freshness(state, kTick + minutes(2)), Section::nomads));
    EXPECT_TRUE(is_stale(freshness(state, kTick + minutes(2) + milliseconds(1)), Section::nomads));
    EXPECT_TRUE(freshness(state, kTimestamp + minutes(10)).shows(Section::nomads));
    EXPECT_FALSE(freshness(state, kTimestamp + minutes(10) + milliseconds(1)).shows(Section::nomads));
}

TEST(Freshness, DoesNotShowASectionThatWasNeverCollected) {
    auto state = test::sample_state("default", kTick);
    state.sections[proto::index(Section::events)] = {{}, proto::SectionError::not_found, 4};
    state.document.events.reset();
    EXPECT_FALSE(freshness(state, kTick).shows(Section::events));
    EXPECT_TRUE(freshness(state, kTick).shows(Section::pvp));
}

TEST(Freshness, DoesNotShowASectionThatTheDocumentLacks) {
    for (const Section section : proto::kSections) {
        auto state = test::sample_state("default", kTick);
        state.document = {};
        EXPECT_FALSE(freshness(state, kTick).shows(section)) << to_text(section);
    }
}

TEST(NextChange, IsEveryMomentAtWhichTheFreshnessChanges) {
    auto state = test::sample_state("default", kTick);
    state.sections[proto::index(Section::pvp)] = {kTick - minutes(7), proto::SectionError::timeout, 7};
    std::vector<TimePoint> changes;
    for (auto change = next_change(state, kTick); change; change = next_change(state, *change)) {
        changes.push_back(*change);
    }
    const milliseconds step(1);
    EXPECT_EQ(changes,
              (std::vector{kTick + minutes(2) + step, kTick + minutes(3) + step, kTimestamp + minutes(10) + step}));
    for (const TimePoint change : changes) {
        EXPECT_NE(freshness(state, change - step), freshness(state, change)) << to_rfc3339(change);
    }
}

}  // namespace
}  // namespace watchtower::world_state
