#pragma once

#include <array>
#include <map>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "proto-json/sections.hpp"
#include "services/collector/model/records.hpp"
#include "services/collector/owners/owners.hpp"

namespace watchtower::collector {

/// What the collector counts for one world. Bound once; thread-safe as its members are.
struct WorldMetrics {
    struct Section {
        prometheus::Histogram* response_seconds = nullptr;
        std::array<prometheus::Counter*, proto::kSectionErrors.size()> errors{};  ///< by SectionError
        std::array<prometheus::Counter*, kInvalidReasons.size()> invalid{};       ///< by InvalidReason
    };
    std::array<Section, proto::kSectionCount> sections;
    prometheus::Counter* ticks_stored = nullptr;
    prometheus::Counter* ticks_refused = nullptr;  ///< somebody stored that tick or a newer one first
    prometheus::Counter* ticks_skipped = nullptr;  ///< not collected before the next one began
    prometheus::Counter* ticks_failed = nullptr;   ///< given up: an error that trying again does not mend
    prometheus::Counter* ticks_late = nullptr;     ///< begun long after their time; one of the above as well
    prometheus::Counter* store_retries = nullptr;
    prometheus::Counter* put_failures = nullptr;   ///< states that Redis did not take
    prometheus::Counter* announced = nullptr;      ///< new states told of over NATS
    prometheus::Counter* not_announced = nullptr;  ///< of which NATS took no word
    prometheus::Histogram* tick_seconds = nullptr;
    prometheus::Histogram* store_seconds = nullptr;
    prometheus::Gauge* last_tick_seconds = nullptr;
    prometheus::Gauge* players_changed = nullptr;
    prometheus::Gauge* outbox_ticks = nullptr;
    prometheus::Gauge* outbox_bytes = nullptr;
    prometheus::Gauge* outbox_at_risk = nullptr;
    prometheus::Counter* outbox_folded = nullptr;
    prometheus::Counter* outbox_dropped = nullptr;
    prometheus::Counter* outbox_recovered = nullptr;
    prometheus::Gauge* owned = nullptr;
};

/// Registers the collector's families and binds the series of one world.
[[nodiscard]] WorldMetrics bind_world_metrics(prometheus::Registry& registry, const std::string& world);

/// What a collector shows of all of its worlds together. Thread-safe.
class CollectorMetrics {
public:
    CollectorMetrics(prometheus::Registry& registry, std::size_t outbox_max_bytes);

    /// To be told every now and then.
    void show(const Owners::Status& owners);

private:
    std::map<Means, prometheus::Gauge*> means_;
    prometheus::Gauge* collectors_ = nullptr;
};

}  // namespace watchtower::collector
