#include <gtest/gtest.h>

#include "proto-json/state.hpp"

namespace watchtower::proto {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

State fresh_state() {
    State state;
    state.tick = TimePoint(seconds(1'765'197'240));
    state.interval = milliseconds(60'000);
    for (auto& section : state.sections) {
        section.last_good = state.tick;
    }
    return state;
}

TEST(Staleness, IsNothingWhileTheStateIsFreshAndComplete) {
    const State state = fresh_state();
    EXPECT_EQ(staleness(state, state.tick), StaleSections{});
    EXPECT_EQ(staleness(state, state.tick + 2 * state.interval), StaleSections{});
}

TEST(Staleness, NamesASectionThatFailedSinceItsLastGoodValues) {
    State state = fresh_state();
    const TimePoint before = state.tick - state.interval;
    state.sections[index(Section::pvp)] = {before, SectionError::timeout, 1};
    state.sections[index(Section::events)] = {std::nullopt, SectionError::not_found, 1};
    const auto stale = staleness(state, state.tick);
    EXPECT_EQ(stale[index(Section::pvp)], (Staleness{before, SectionError::timeout}));
    EXPECT_EQ(stale[index(Section::events)], (Staleness{std::nullopt, SectionError::not_found}));
    EXPECT_FALSE(stale[index(Section::nomads)]);
}

TEST(Staleness, IsEverythingOnceTheStateIsOlderThanTwoIntervals) {
    State state = fresh_state();
    state.sections[index(Section::pvp)].error = SectionError::timeout;
    const auto stale = staleness(state, state.tick + 2 * state.interval + milliseconds(1));
    for (const Section section : kSections) {
        EXPECT_EQ(stale[index(section)], (Staleness{state.tick, SectionError::collector_down}));
    }
}

TEST(Staleness, IsShownInTheDocumentOfAMoment) {
    const State state = fresh_state();
    EXPECT_EQ(encode(document_at(state, state.tick)), encode(state.document));
    EXPECT_NE(encode(document_at(state, state.tick + std::chrono::hours(1))).find(R"("stale":{"nomads":{"since":)"),
              std::string::npos);
}

}  // namespace
}  // namespace watchtower::proto
