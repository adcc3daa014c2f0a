#include "services/collector/options.hpp"

#include <algorithm>

#include "common/base/configuration.hpp"

namespace watchtower::collector {

namespace {

/// Readers may show fewer players than the state keeps, not more: keep enough for whatever they are set to.
constexpr std::int64_t kLeastTopPlayers = 100;

void declare(Configuration& configuration, AlertRules& rules) {
    configuration.integer(
        "ALERT_LOW_ACTIVITY", rules.low_activity, 0, 1'000'000'000, "alert of fewer actions in a window; 0: never");
    configuration.number(
        "ALERT_HIGH_FAILURE_RATE", rules.high_failure_rate, 0, 1, "alert of a higher share of failed attacks");
    configuration.number(
        "ALERT_RESOURCE_WARNING", rules.resource_warning, 0, 1, "alert of a higher share of gold or spice in one hand");
    configuration.seconds("ALERT_WINDOW",
                          rules.window,
                          Milliseconds(100),
                          std::chrono::hours(24),
                          "over which activity is judged, attacks over twice that");
}

void declare(Configuration& configuration, ModerationRules& rules) {
    constexpr std::int64_t kMost = 1'000'000'000;
    configuration.seconds("MODERATION_WINDOW",
                          rules.window,
                          Milliseconds(1'000),
                          std::chrono::hours(24),
                          "over which players are compared with each other");
    configuration.number("MODERATION_OUTLIER",
                         rules.outlier,
                         0,
                         1'000,
                         "suspect players so many deviations above the median of comparable ones; 0: compare nobody");
    configuration.integer("MODERATION_MOST_ACTIONS",
                          rules.most_actions,
                          0,
                          kMost,
                          "suspect players with more actions a minute; of this and the next four 0: never");
    configuration.integer("MODERATION_MOST_NOMADS_CREATED",
                          rules.most_nomads_created,
                          0,
                          kMost,
                          "suspect players with more new nomads a minute");
    configuration.integer(
        "MODERATION_MOST_GOLD", rules.most_gold, 0, INT64_MAX, "suspect players who collect more gold a minute");
    configuration.integer("MODERATION_MOST_LEVELS",
                          rules.most_levels,
                          0,
                          kMost,
                          "suspect players whose highest dwelling rises by more levels a minute");
    configuration.integer("MODERATION_RESTLESS",
                          rules.restless,
                          0,
                          kMost,
                          "suspect players who keep up so many actions a minute for 16 hours");
}

}  // namespace

Limits Options::limits() const {
    return {static_cast<std::size_t>(by_player_limit),
            static_cast<std::size_t>(std::max(exporter_top_players, kLeastTopPlayers))};
}

void declare(Configuration& configuration, Options& options) {
    using std::chrono::hours;
    using std::chrono::minutes;
    configuration.text("CCC_API_URL", options.source.api_url, "the game's API, http or https");
    configuration.secret("CCC_API_KEY", options.source.api_key, "its key, sent as Authorization: Bearer");
    configuration.text("CCC_WORLDS_FILE", options.source.worlds_file, "JSON list of several worlds, see README");
    configuration.seconds(
        "METRICS_COLLECTION_INTERVAL", options.interval, Milliseconds(100), hours(24), "between ticks");
    configuration.seconds(
        "CCC_REQUEST_TIMEOUT", options.request_timeout, Milliseconds(10), minutes(30), "for a section with its pages");
    configuration.bytes("CCC_MAX_BODY_BYTES", options.max_body_bytes, 1024, "of a section, after decompression");
    world_state::declare(configuration, options.stores);
    configuration.bytes("OUTBOX_MAX_BYTES",
                        options.outbox_max_bytes,
                        1U << 20U,
                        "for ticks that wait for PostgreSQL; beyond it the oldest are folded together");
    history::declare(configuration, options.retention);
    configuration.integer(
        "BY_PLAYER_LIMIT", options.by_player_limit, 0, 1'000'000, "players in a document's by_player");
    configuration.integer("EXPORTER_TOP_PLAYERS",
                          options.exporter_top_players,
                          0,
                          100'000,
                          "players with Prometheus series of their own");
    declare(configuration, options.alerts);
    declare(configuration, options.moderation);
    configuration.text("MANAGEMENT_ADDRESS", options.management_address, "address of /health, /ready and /metrics");
    configuration.port("MANAGEMENT_PORT", options.management_port, "port of the same; 0: any free one");
    configuration.log(options.log);
    options.log.service = "collector";
}

std::optional<int> read_options(int argc, char** argv, Options& options) {
    Configuration configuration(
        "watchtower-collector",
        "Polls the game's API every interval and stores what it finds in PostgreSQL and Redis. Its other commands:"
        " doctor, erase-player and migrate, see doctor --help.");
    declare(configuration, options);
    configuration.check([&options] { options.worlds = read_worlds(options.source); });
    return configuration.read(argc, argv);
}

}  // namespace watchtower::collector
