#include "services/exporter/options.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace watchtower::exporter {
namespace {

std::optional<int> read(Options& options, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "watchtower-exporter");
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    return read_options(static_cast<int>(arguments.size()), argv.data(), options);
}

TEST(ExporterOptions, HaveTheDocumentedDefaults) {
    Options options;
    EXPECT_EQ(read(options, {}), std::nullopt);
    EXPECT_EQ(options.listen_address, "127.0.0.1");
    EXPECT_EQ(options.port, 9203);
    EXPECT_EQ(options.top_players, 20);
    EXPECT_EQ(options.stores.database_url, "postgresql://watchtower_reader@127.0.0.1:5432/watchtower");
    EXPECT_EQ(options.stores.redis_url, "redis://127.0.0.1:6379/0");
    EXPECT_EQ(options.stores.nats_url, "nats://127.0.0.1:4222");
}

TEST(ExporterOptions, TakeEveryFlag) {
    Options options;
    EXPECT_EQ(read(options,
                   {"--port=0",
                    "--exporter-top-players=5",
                    "--database-url=postgresql://x@db/w",
                    "--redis-url=unix:///r",
                    "--nats-url=nats://a:1,nats://b:2",
                    "--nats-creds-file=c",
                    "--nats-ca-file=d"}),
              std::nullopt);
    EXPECT_EQ(options.port, 0);
    EXPECT_EQ(options.top_players, 5);
    EXPECT_EQ(options.stores.database_url, "postgresql://x@db/w");
    EXPECT_EQ(options.stores.redis_url, "unix:///r");
    EXPECT_EQ(options.stores.nats_url, "nats://a:1,nats://b:2");
    EXPECT_EQ(options.stores.nats_creds_file, "c");
    EXPECT_EQ(options.stores.nats_ca_file, "d");
}

TEST(ExporterOptions, AreRefusedTogether) {
    testing::internal::CaptureStderr();
    Options options;
    EXPECT_EQ(read(options, {"--exporter-top-players=-1", "--port=x"}), 2);
    const std::string errors = testing::internal::GetCapturedStderr();
    EXPECT_NE(errors.find("EXPORTER_TOP_PLAYERS"), std::string::npos) << errors;
    EXPECT_NE(errors.find("PORT"), std::string::npos) << errors;
    testing::internal::CaptureStderr();
    EXPECT_EQ(read(options, {"--redis-url=http://secret@x"}), 2);
    EXPECT_EQ(testing::internal::GetCapturedStderr().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace watchtower::exporter
