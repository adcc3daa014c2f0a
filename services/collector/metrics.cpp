#include "services/collector/metrics.hpp"

#include "services/collector/source/client.hpp"

namespace watchtower::collector {

namespace {

using Labels = std::map<std::string, std::string>;
using proto::Section;

const prometheus::Histogram::BucketBoundaries kSeconds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

prometheus::Counter* counter(prometheus::Registry& registry, const char* name, const char* help, const Labels& labels) {
    return &prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge* gauge(prometheus::Registry& registry, const char* name, const char* help, const Labels& labels) {
    return &prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Histogram* histogram(prometheus::Registry& registry,
                                 const char* name,
                                 const char* help,
                                 const Labels& labels) {
    return &prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(labels, kSeconds);
}

WorldMetrics::Section bind_section(prometheus::Registry& registry, const std::string& world, Section section) {
    WorldMetrics::Section bound;
    const std::string endpoint(path_of(section));
    bound.response_seconds = histogram(registry,
                                       "ccc_api_response_seconds",
                                       "Time from sending a request to the game's API to the last byte of its answer.",
                                       {{"world", world}, {"endpoint", endpoint}});
    for (const auto error : proto::kSectionErrors) {
        if (error == proto::SectionError::collector_down) {
            continue;  // seen by readers only
        }
        bound.errors[static_cast<std::size_t>(error)] =
            counter(registry,
                    "ccc_api_errors_total",
                    "Requests to the game's API that failed, retried ones too.",
                    {{"world", world}, {"endpoint", endpoint}, {"error_type", std::string(to_text(error))}});
    }
    for (const auto reason : kInvalidReasons) {
        bound.invalid[static_cast<std::size_t>(reason)] = counter(
            registry,
            "watchtower_invalid_records_total",
            "Records of the game's lists that were skipped because they make no sense.",
            {{"world", world}, {"section", std::string(to_text(section))}, {"reason", std::string(to_text(reason))}});
    }
    return bound;
}

void bind_outbox(prometheus::Registry& registry, const Labels& labels, WorldMetrics& metrics) {
    metrics.outbox_ticks = gauge(registry, "watchtower_outbox_ticks", "Ticks that wait for PostgreSQL.", labels);
    metrics.outbox_bytes =
        gauge(registry, "watchtower_outbox_bytes", "Memory of the ticks that wait for PostgreSQL, about.", labels);
    metrics.outbox_at_risk = gauge(registry,
                                   "watchtower_outbox_at_risk_ticks",
                                   "Waiting ticks that are in this process's memory only: lost if it dies.",
                                   labels);
    metrics.outbox_folded = counter(registry,
                                    "watchtower_outbox_folded_total",
                                    "Waiting ticks whose rows were folded into the next tick's as the outbox was full.",
                                    labels);
    metrics.outbox_dropped = counter(registry,
                                     "watchtower_outbox_dropped_states_total",
                                     "Waiting ticks whose states were dropped as the outbox was full.",
                                     labels);
    metrics.outbox_recovered = counter(
        registry, "watchtower_outbox_recovered_total", "Ticks stored that an owner before had left in Redis.", labels);
}

}  // namespace

WorldMetrics bind_world_metrics(prometheus::Registry& registry, const std::string& world) {
    WorldMetrics metrics;
    for (const Section section : proto::kSections) {
        metrics.sections[proto::index(section)] = bind_section(registry, world, section);
    }
    const auto ticks = [&registry, &world](const char* result) {
        return counter(
            registry,
            "watchtower_ticks_total",
            "Ticks by what became of them; skipped are those that nobody collected in time, refused those that "
            "somebody else had stored.",
            {{"world", world}, {"result", result}});
    };
    metrics.ticks_stored = ticks("stored");
    metrics.ticks_refused = ticks("refused");
    metrics.ticks_skipped = ticks("skipped");
    metrics.ticks_failed = ticks("failed");
    const Labels labels = {{"world", world}};
    metrics.ticks_late = counter(registry,
                                 "watchtower_late_ticks_total",
                                 "Ticks collected later than a tenth of the interval after their time.",
                                 labels);
    const auto announcements = [&registry, &world](const char* result) {
        return counter(registry,
                       "watchtower_announcements_total",
                       "Announcements of new states over NATS by what became of them; readers look without them, too.",
                       {{"world", world}, {"result", result}});
    };
    metrics.announced = announcements("published");
    metrics.not_announced = announcements("failed");
    metrics.store_retries = counter(
        registry, "watchtower_store_retries_total", "Attempts to store a tick that failed and were repeated.", labels);
    metrics.put_failures =
        counter(registry, "watchtower_state_put_failures_total", "States that Redis did not take.", labels);
    metrics.tick_seconds =
        histogram(registry,
                  "watchtower_tick_duration_seconds",
                  "Time from the beginning of a collection until its state was stored and announced.",
                  labels);
    metrics.store_seconds =
        histogram(registry, "watchtower_store_duration_seconds", "Time of the transaction that stored a tick.", labels);
    metrics.last_tick_seconds = gauge(registry,
                                      "watchtower_last_stored_tick_timestamp_seconds",
                                      "The newest tick this process stored, in seconds since the epoch.",
                                      labels);
    metrics.players_changed =
        gauge(registry, "watchtower_players_changed", "Players whose numbers changed in the last stored tick.", labels);
    bind_outbox(registry, labels, metrics);
    metrics.owned =
        gauge(registry, "watchtower_world_owned", "1 while this process collects the world, else 0.", labels);
    return metrics;
}

CollectorMetrics::CollectorMetrics(prometheus::Registry& registry, std::size_t outbox_max_bytes) {
    for (const Means means : {Means::redis, Means::postgres, Means::neither}) {
        means_[means] = gauge(registry,
                              "watchtower_ownership",
                              "1 for what collectors agree by on who collects which world, else 0: leases in redis, "
                              "locks in postgres while Redis is away, neither while both are.",
                              {{"means", to_string(means)}});
    }
    collectors_ = gauge(registry,
                        "watchtower_collectors",
                        "Collectors alive when Redis last answered, this one included; 0: it never did.",
                        {});
    gauge(registry, "watchtower_outbox_limit_bytes", "OUTBOX_MAX_BYTES, which all worlds share.", {})
        ->Set(static_cast<double>(outbox_max_bytes));
}

void CollectorMetrics::show(const Owners::Status& owners) {
    for (const auto& [means, gauge] : means_) {
        gauge->Set(means == owners.means ? 1 : 0);
    }
    collectors_->Set(static_cast<double>(owners.collectors));
}

}  // namespace watchtower::collector
