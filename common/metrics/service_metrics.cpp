#include "common/metrics/service_metrics.hpp"

#include <prometheus/gauge.h>

#include "common/base/configuration.hpp"
#include "common/metrics/serialize.hpp"

namespace watchtower::metrics {

std::vector<prometheus::MetricFamily> DependencyMetrics::Collect() const {
    prometheus::MetricFamily family{"watchtower_dependency_up",
                                    "Whether the last use of the dependency succeeded (1) or not (0).",
                                    prometheus::MetricType::Gauge,
                                    {}};
    for (const auto& dependency : dependencies_) {
        if (dependency->state() == DependencyState::unknown) {
            continue;
        }
        prometheus::ClientMetric metric;
        metric.label = {{"dependency", dependency->name()}};
        metric.gauge.value = dependency->state() == DependencyState::up ? 1 : 0;
        family.metric.push_back(std::move(metric));
    }
    return {std::move(family)};
}

ServiceMetrics::ServiceMetrics(const std::string& service, Dependencies dependencies, Sources more)
    : dependencies_(std::move(dependencies)),
      more_(std::move(more)) {
    prometheus::BuildGauge()
        .Name("watchtower_build_info")
        .Help("Always 1; its labels tell which service and version this is.")
        .Register(registry_)
        .Add({{"service", service}, {"version", version()}})
        .Set(1);
}

std::string ServiceMetrics::render() const {
    std::string text;
    append_text(text, registry_);
    for (const prometheus::Collectable* source : more_) {
        append_text(text, *source);
    }
    append_text(text, dependencies_);
    append_text(text, process_);
    return text;
}

}  // namespace watchtower::metrics
