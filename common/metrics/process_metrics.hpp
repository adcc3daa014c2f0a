#pragma once

#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace watchtower::metrics {

/// What the kernel tells of this process (/proc/self), under the names every Prometheus client library uses:
/// process_resident_memory_bytes, process_virtual_memory_bytes, process_cpu_seconds_total, process_open_fds,
/// process_max_fds, process_threads and process_start_time_seconds. What cannot be read is left out. Thread-safe.
class ProcessMetrics final : public prometheus::Collectable {
public:
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace watchtower::metrics
