#include "tests/functional/collector/watched_game.hpp"

namespace watchtower::test {
namespace {

using CollectorProcess = WatchedGame;

TEST_F(CollectorProcess, EndsWithZeroWhenToldTo) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    EXPECT_EQ(collector.stop(), 0);
}

TEST_F(CollectorProcess, KeepsSecretsOutOfItsLogAndItsAnswers) {
    auto options = collector_options();
    options.environment["CCC_API_KEY"] = "key-hunter2";
    options.environment["LOG_LEVEL"] = "debug";
    options.environment["REDIS_URL"] = "redis://:pass-hunter2@127.0.0.1:1/0";
    Service collector("collector", options);
    ASSERT_TRUE(truth_is_stored());
    simulator_.kill();
    ASSERT_TRUE(another_tick_is_stored());
    EXPECT_EQ(collector.output().find("hunter2"), std::string::npos);
    EXPECT_EQ(collector.get("/health").body.find("hunter2"), std::string::npos);
    EXPECT_EQ(collector.get("/metrics").body.find("hunter2"), std::string::npos);
}

TEST(CollectorOptions, AreRefusedAllAtOnceWithExitCode2) {
    const Ended ended =
        run_to_end("collector",
                   {"--metrics-collection-interval=never", "--nonsense"},
                   {{"BY_PLAYER_LIMIT", "-1"}, {"CCC_API_URL", "ftp://game"}, {"REDIS_URL", "redis://h:x"}});
    EXPECT_EQ(ended.code, 2);
    for (const char* part :
         {"METRICS_COLLECTION_INTERVAL", "--nonsense", "BY_PLAYER_LIMIT", "CCC_API_URL", "redis URL: port"}) {
        EXPECT_NE(ended.output.find(part), std::string::npos) << ended.output;
    }
}

TEST(CollectorOptions, NeedAGameToWatch) {
    const Ended ended = run_to_end("collector", {"--check-config"}, {{"CCC_API_URL", ""}, {"CCC_WORLDS_FILE", ""}});
    EXPECT_EQ(ended.code, 2);
    EXPECT_NE(ended.output.find("CCC_API_URL"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace watchtower::test
