#pragma once

#include <string>
#include <utility>
#include <vector>

#include <prometheus/registry.h>

#include "common/base/dependency.hpp"
#include "common/metrics/process_metrics.hpp"

namespace watchtower::metrics {

/// watchtower_dependency_up{dependency}: 1 while the last use of the dependency succeeded; 0 when it failed; not there
/// before the first use, as nothing is known. Thread-safe.
class DependencyMetrics final : public prometheus::Collectable {
public:
    explicit DependencyMetrics(Dependencies dependencies) : dependencies_(std::move(dependencies)) {}
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

private:
    Dependencies dependencies_;
};

/// What every process shows of itself: the families it registers, watchtower_build_info{service,version}, its process
/// and its dependencies. One for each process; whoever counts something is given registry(). Thread-safe.
class ServiceMetrics {
public:
    using Sources = std::vector<const prometheus::Collectable*>;

    /// `service` is the process's name ("collector"). What `more` have when it is asked for is shown, too; they must
    /// outlive this.
    ServiceMetrics(const std::string& service, Dependencies dependencies, Sources more = {});

    /// Where the process's own families go. Bind children once; they live as long as this object.
    [[nodiscard]] prometheus::Registry& registry() { return registry_; }

    /// The answer to GET /metrics: Prometheus text 0.0.4 of everything as it is now.
    [[nodiscard]] std::string render() const;

private:
    prometheus::Registry registry_;
    ProcessMetrics process_;
    DependencyMetrics dependencies_;
    const Sources more_;
};

/// The Content-Type of Prometheus text.
inline constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace watchtower::metrics
