#include "services/publisher/options.hpp"

#include <regex>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kLeastInterval{100};
constexpr Milliseconds kLeastTimeout{1};
constexpr Milliseconds kMost = std::chrono::hours(24);
constexpr std::int64_t kLongestBacklog = 10'000;

/// Tokens separated by points; no wildcard.
void check_subject(const std::string& subject) {
    static const std::regex kAllowed(R"([^\s.*>]+(\.[^\s.*>]+)*)");
    if (!std::regex_match(subject, kAllowed)) {
        throw BadInput("NATS_SUBJECT: '" + subject + "' is no subject to publish to");
    }
}

}  // namespace

std::optional<int> read_options(int argc, char** argv, Options& options) {
    Configuration configuration("watchtower-publisher", "Publishes over NATS what happens in the game");
    configuration.text("MANAGEMENT_ADDRESS", options.management_address, "address of the management listener");
    configuration.port("MANAGEMENT_PORT", options.management_port, "port of the management listener; 0: any free one");
    world_state::declare(configuration, options.stores);
    configuration.seconds(
        "PUBLISH_INTERVAL", options.publish_interval, kLeastInterval, kMost, "seconds between publications");
    configuration.integer(
        "PUBLISH_BACKLOG", options.publish_backlog, 0, kLongestBacklog, "how many missed publications are made up for");
    configuration.seconds("CCC_REQUEST_TIMEOUT",
                          options.request_timeout,
                          kLeastTimeout,
                          kMost,
                          "the collectors' timeout for the game; a document is waited for 5 s longer");
    configuration.text("NATS_SUBJECT", options.subject, "subject of the first world's document, prefix of the others'");
    configuration.boolean("NATS_MANAGE_STREAM",
                          options.manage_stream,
                          "make the JetStream stream WATCHTOWER and keep its settings; false: somebody else does");
    configuration.log(options.log);
    configuration.check([&options] { check_subject(options.subject); });
    return configuration.read(argc, argv);
}

}  // namespace watchtower::publisher
