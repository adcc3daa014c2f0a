#include "tests/functional/collector/watched_game.hpp"

namespace watchtower::test {
namespace {

using proto::Section;
using proto::SectionError;

class BrokenInput : public WatchedGame {
protected:
    /// Waits for a state in which the section failed so.
    testing::AssertionResult fails_as(Section section, SectionError error) {
        std::string last = "none";
        return eventually(
            seconds(15),
            [&] {
                const auto stale = stored().document.stale[proto::index(section)];
                last = stale ? std::string(to_text(stale->error)) : "none";
                return stale && stale->error == error;
            },
            [&] { return last; });
    }
};

TEST_F(BrokenInput, IsCountedByReasonWhileTheGoodRecordsCount) {
    simulator_.set_faults(R"([{"kind":"bad_records","records":30}])");
    Service collector("collector", collector_options());
    simulator_.step(300);
    ASSERT_TRUE(truth_is_stored());
    const std::string log = collector.output();
    for (const char* section : {"nomads", "resources", "dwellings", "pvp", "events"}) {
        double skipped = 0;
        for (const char* reason : {"not_an_object",
                                   "missing_player",
                                   "missing_field",
                                   "wrong_type",
                                   "negative",
                                   "not_finite",
                                   "bad_level",
                                   "out_of_range"}) {
            skipped += collector
                           .metric(R"(watchtower_invalid_records_total{reason=")" + std::string(reason) +
                                   R"(",section=")" + section + R"(",world="default"})")
                           .value_or(0);
        }
        EXPECT_GE(skipped, 30) << section;
        EXPECT_NE(log.find(R"("event":"records_skipped","world":"default","section":")" + std::string(section)),
                  std::string::npos);
    }
}

TEST_F(BrokenInput, MakesASectionStaleAndLeavesTheOthersAlone) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    const struct {
        const char* faults;
        SectionError error;
    } cases[] = {
        {R"([{"kind":"status","status":404,"section":"pvp"}])", SectionError::not_found},
        {R"([{"kind":"status","status":401,"section":"pvp"}])", SectionError::unauthorized},
        {R"([{"kind":"status","status":400,"section":"pvp"}])", SectionError::client_error},
        {R"([{"kind":"status","status":503,"section":"pvp"}])", SectionError::server_error},
        {R"([{"kind":"invalid_json","section":"pvp"}])", SectionError::invalid_body},
        {R"([{"kind":"cut_json","share":0.5,"section":"pvp"}])", SectionError::invalid_body},
        {R"([{"kind":"truncate","share":0.5,"section":"pvp"}])", SectionError::network_error},
        {R"([{"kind":"delay","milliseconds":3000,"section":"pvp"}])", SectionError::timeout},
        {R"([{"kind":"drip","bytes_per_second":100,"section":"pvp"}])", SectionError::timeout},
    };
    for (const auto& [faults, error] : cases) {
        SCOPED_TRACE(faults);
        simulator_.set_faults(faults);
        simulator_.step(60);
        EXPECT_TRUE(fails_as(Section::pvp, error));
        EXPECT_FALSE(stored().document.stale[proto::index(Section::nomads)]);
    }
    simulator_.set_faults("[]");
    EXPECT_TRUE(truth_is_stored());
}

TEST_F(BrokenInput, IsBoundedInSize) {
    auto options = collector_options();
    options.environment["CCC_MAX_BODY_BYTES"] = "200KB";
    simulator_.set_faults(R"([{"kind":"huge","bytes":1000000,"section":"events"}])");
    Service collector("collector", options);
    EXPECT_TRUE(fails_as(Section::events, SectionError::too_large));
    simulator_.set_faults("[]");
    EXPECT_TRUE(truth_is_stored());
}

}  // namespace
}  // namespace watchtower::test
