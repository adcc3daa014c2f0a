#include "services/publisher/options.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace watchtower::publisher {
namespace {

std::optional<int> read(Options& options, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "watchtower-publisher");
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    return read_options(static_cast<int>(arguments.size()), argv.data(), options);
}

TEST(PublisherOptions, HaveTheDocumentedDefaults) {
    Options options;
    EXPECT_EQ(read(options, {}), std::nullopt);
    EXPECT_EQ(options.management_address, "127.0.0.1");
    EXPECT_EQ(options.management_port, 9204);
    EXPECT_EQ(options.publish_interval, std::chrono::seconds(60));
    EXPECT_EQ(options.request_timeout, std::chrono::seconds(10));
    EXPECT_EQ(options.publish_backlog, 60);
    EXPECT_TRUE(options.manage_stream);
    EXPECT_EQ(options.subject, "metrics.watchtower");
}

TEST(PublisherOptions, TakeEveryFlag) {
    Options options;
    EXPECT_EQ(read(options,
                   {"--management-port=0",
                    "--publish-interval=0.5",
                    "--ccc-request-timeout=3",
                    "--nats-subject=a.b",
                    "--publish-backlog=7",
                    "--nats-manage-stream=false",
                    "--nats-url=nats://a:1"}),
              std::nullopt);
    EXPECT_EQ(options.management_port, 0);
    EXPECT_EQ(options.publish_interval, Milliseconds(500));
    EXPECT_EQ(options.request_timeout, std::chrono::seconds(3));
    EXPECT_EQ(options.subject, "a.b");
    EXPECT_EQ(options.publish_backlog, 7);
    EXPECT_FALSE(options.manage_stream);
    EXPECT_EQ(options.stores.nats_url, "nats://a:1");
}

TEST(PublisherOptions, RefuseSubjectsThatNobodyCanPublishTo) {
    for (const char* subject :
         {"--nats-subject=a.*", "--nats-subject=>", "--nats-subject=a..b", "--nats-subject=a b"}) {
        testing::internal::CaptureStderr();
        Options options;
        EXPECT_EQ(read(options, {subject}), 2) << subject;
        EXPECT_NE(testing::internal::GetCapturedStderr().find("NATS_SUBJECT"), std::string::npos);
    }
}

}  // namespace
}  // namespace watchtower::publisher
