#include <sstream>

#include <gtest/gtest.h>

#include "tests/functional/publisher/fast_collector.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_stream.hpp"
#include "tests/support/process.hpp"
#include "tests/support/service.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;

constexpr seconds kDeadline{60};
constexpr Milliseconds kInterval{500};

/// The programs that docs/subscribing.md shows, beside a publisher and a server with JetStream.
class Examples : public testing::Test {
protected:
    Examples() {
        stores_.nats.stop();
        stores_.nats.set_options({.jetstream = true});
        stores_.nats.start();
    }

    /// What it prints, line by line, when it is to end after so many minutes.
    std::vector<std::string> run(std::vector<std::string> command, const std::string& durable, int count) {
        command.push_back(durable);
        command.push_back(std::to_string(count));
        const TemporaryFolder folder;
        Process process({.command = command,
                         .environment = {{"NATS_URL", stores_.nats.url()}},
                         .output = folder.path() / "output",
                         .user = {},
                         .folder = {}});
        EXPECT_EQ(process.wait(kDeadline), 0) << process.output();
        std::vector<std::string> lines;
        std::istringstream output(process.output());
        for (std::string line; std::getline(output, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    /// The first ones are those the stream begins with, and a later run goes on behind them.
    void expect_every_minute(const std::vector<std::string>& command) {
        const FastCollector collector(stores_, kInterval);
        const Service publisher("publisher",
                                {.environment = {{"DATABASE_URL", stores_.reader_url()},
                                                 {"REDIS_URL", stores_.redis.url()},
                                                 {"NATS_URL", stores_.nats.url()},
                                                 {"PUBLISH_INTERVAL", "0.5"}},
                                 .listener = "management-port"});
        const auto stored = [&] { return read_stream(stores_.nats.url(), "WATCHTOWER", "metrics.watchtower"); };
        ASSERT_TRUE(eventually(kDeadline, [&] {
            try {
                return stored().size() >= 3;
            } catch (const std::runtime_error&) {
                return false;
            }
        }));
        std::vector<std::string> lines = run(command, "reader", 5);
        for (const std::string& line : run(command, "reader", 3)) {
            lines.push_back(line);
        }
        ASSERT_EQ(lines.size(), 8U);
        const auto times = publication_times(stored());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            EXPECT_TRUE(lines[i].starts_with("metrics.watchtower:" + to_epoch_seconds(times[i]) + " ")) << lines[i];
        }
    }

    WorldStores stores_;
};

TEST_F(Examples, InCppReadEveryMinute) {
    expect_every_minute({WATCHTOWER_EXAMPLE_PROGRAM});
}

TEST_F(Examples, InJavaScriptReadEveryMinute) {
    expect_every_minute({"node", WATCHTOWER_EXAMPLE_SCRIPT});
}

}  // namespace
}  // namespace watchtower::test
