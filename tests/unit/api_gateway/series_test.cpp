#include "services/api-gateway/series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api-gateway/moment.hpp"
#include "tests/unit/api_gateway/gateway.hpp"

namespace watchtower::gateway {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using test::kTick;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;
using Kind = Metric::Kind;

http::Request asking(std::vector<http::Pair> query) {
    http::Request request;
    request.query = std::move(query);
    return request;
}

template <typename Call>
std::string complaint_of(Call call) {
    try {
        call();
    } catch (const BadInput& e) {
        return e.what();
    }
    return "none";
}

TEST(Moment, IsRfc3339OrSecondsSinceTheEpoch) {
    EXPECT_EQ(try_parse_moment("2025-12-08T12:34:00Z"), kTick);
    EXPECT_EQ(try_parse_moment("2025-12-08T13:34:00+01:00"), kTick);
    EXPECT_EQ(try_parse_moment("1765197240"), kTick);
    EXPECT_EQ(try_parse_moment("1765197240.5"), kTick + Milliseconds(500));
    EXPECT_EQ(try_parse_moment("9999-12-31T00:00:00Z"), kLastMoment);
    for (const char* text : {"", ".", "-1", "now", "9999-12-31T00:00:01Z", "1969-12-31T23:59:59Z", "1e9", "0x10"}) {
        EXPECT_FALSE(try_parse_moment(text)) << text;
    }
}

TEST(MetricName, TellsItsKindAndItsWitness) {
    EXPECT_EQ(kMetric.of(asking({{"metric", "gold"}})), (Metric{"gold", Kind::level, "gold"}));
    EXPECT_EQ(kMetric.of(asking({{"metric", "gold_spent"}})), (Metric{"gold_spent", Kind::counter, "gold_spent"}));
    EXPECT_EQ(kMetric.of(asking({{"metric", "actions.a.b c"}})), (Metric{"actions.a.b c", Kind::counter, "actions"}));
    EXPECT_EQ(kMetric.of(asking({{"metric", "dwellings.12"}})), (Metric{"dwellings.12", Kind::level, "dwellings"}));
    EXPECT_EQ(kMetric.of(asking({{"metric", "events.raid"}})), (Metric{"events.raid", Kind::counter, "events"}));
    for (const char* name : {"",
                             "x",
                             "Gold",
                             "gold.1",
                             "actions.",
                             "dwellings.0",
                             "dwellings.01",
                             "dwellings.1001",
                             "dwellings.x",
                             "dwellings.+1",
                             ".move",
                             "nomads.p"}) {
        EXPECT_THAT(complaint_of([&] { (void)kMetric.of(asking({{"metric", name}})); }), HasSubstr("metric")) << name;
    }
}

TEST(RangeOfAHistory, IsTheLastHourByDefault) {
    EXPECT_EQ(parse_range(asking({}), kTick), (Range{kTick - hours(1), kTick, std::nullopt}));
    EXPECT_EQ(parse_range(asking({{"to", "1765190000"}, {"step", "5"}}), kTick),
              (Range{TimePoint(seconds(1765186400)), TimePoint(seconds(1765190000)), seconds(5)}));
    EXPECT_EQ(parse_range(asking({{"from", "1765190000"}}), kTick).to, kTick);
    EXPECT_EQ(parse_range(asking({{"to", "10"}}), kTick).from, TimePoint());
    EXPECT_THAT(complaint_of([] { (void)parse_range(asking({{"from", "1765197240"}}), kTick); }), HasSubstr("from"));
    EXPECT_THAT(complaint_of([] { (void)parse_range(asking({{"step", "31622401"}}), kTick); }), HasSubstr("step"));
}

TEST(StepsOfAHistory, LieOnMultiplesOfTheirLength) {
    const Steps steps = choose_steps({kTick + seconds(30), kTick + seconds(90), seconds(60)}, seconds(60));
    EXPECT_EQ(steps, (Steps{kTick, seconds(60), 2}));
    EXPECT_EQ(steps.at(1), kTick + seconds(60));
    EXPECT_EQ(choose_steps({kTick, kTick + seconds(60), seconds(60)}, seconds(60)).count, 1);
    EXPECT_EQ(choose_steps({kTick, kTick + Milliseconds(60001), seconds(60)}, seconds(60)).count, 2);
    EXPECT_EQ(choose_steps({kTick, kTick + hours(1), hours(24)}, seconds(60)).begin,
              parse_rfc3339("2025-12-08T00:00:00Z"));
}

TEST(StepsOfAHistory, AreRoundAndNoShorterThanWhatThereIs) {
    const auto length = [](Milliseconds range, Milliseconds least) {
        return choose_steps({kTick - range, kTick, std::nullopt}, least).length;
    };
    EXPECT_EQ(length(hours(1), seconds(60)), seconds(60));
    EXPECT_EQ(length(hours(1), Milliseconds(100)), seconds(10));
    EXPECT_EQ(length(seconds(10), Milliseconds(250)), seconds(1));
    EXPECT_EQ(length(hours(1), seconds(90)), seconds(120));
    EXPECT_EQ(length(hours(1), hours(1)), hours(1));
    EXPECT_EQ(length(hours(24), seconds(60)), seconds(300));
    EXPECT_EQ(length(days(7), seconds(60)), seconds(1800));
    EXPECT_EQ(length(days(400), seconds(60)), hours(24));
    EXPECT_EQ(length(days(20000), seconds(60)), days(40));
    for (const Milliseconds range : {Milliseconds(1), Milliseconds(hours(25)), Milliseconds(days(33))}) {
        const Steps steps = choose_steps({kTick - range, kTick, std::nullopt}, seconds(60));
        EXPECT_LE(steps.count, kUsualSteps + 1);
        EXPECT_LE(steps.begin, kTick - range);
        EXPECT_GE(steps.end(), kTick);
    }
    EXPECT_LE(choose_steps({TimePoint(), kLastMoment, std::nullopt}, seconds(60)).count, kUsualSteps + 1);
}

TEST(StepsOfAHistory, AreNotTooMany) {
    const auto steps = [](std::int64_t count) {
        return choose_steps({kTick, kTick + count * seconds(60), seconds(60)}, hours(1)).count;
    };
    EXPECT_EQ(steps(kMostSteps), kMostSteps);
    EXPECT_THAT(complaint_of([&] { (void)steps(kMostSteps + 1); }), HasSubstr("step"));
}

TEST(PointsOfALevel, AreItsLastValues) {
    EXPECT_THAT(build_points(Kind::level, 4, {{1, "5"}, {3, "0.25"}}, std::nullopt),
                ElementsAre(std::nullopt, Optional(std::string("5")), std::nullopt, Optional(std::string("0.25"))));
    EXPECT_THAT(build_points(Kind::level, 2, {}, std::nullopt), ElementsAre(std::nullopt, std::nullopt));
}

TEST(PointsOfACounter, AreWhatItRoseBySinceItWasLastKnown) {
    const std::vector<KnownValue> known = {{0, "100"}, {1, "100"}, {4, "123456789012345678.000001"}};
    EXPECT_THAT(build_points(Kind::counter, 5, known, "90"),
                ElementsAre(Optional(std::string("10")),
                            Optional(std::string("0")),
                            std::nullopt,
                            std::nullopt,
                            Optional(std::string("123456789012345578.000001"))));
    EXPECT_THAT(build_points(Kind::counter, 2, {{0, "5"}, {1, "7"}}, std::nullopt),
                ElementsAre(std::nullopt, Optional(std::string("2"))))
        << "what was before is not known";
    EXPECT_THROW((void)build_points(Kind::counter, 1, {{0, "x"}}, "1"), Error);
}

}  // namespace
}  // namespace watchtower::gateway
