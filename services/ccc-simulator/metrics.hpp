#pragma once

#include <map>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "services/ccc-simulator/faults.hpp"
#include "services/ccc-simulator/games.hpp"
#include "services/ccc-simulator/pace.hpp"

namespace watchtower::simulator {

/// How far the worlds are, read when it is asked for. Thread-safe.
class WorldMetrics final : public prometheus::Collectable {
public:
    /// Both must outlive it.
    WorldMetrics(const Games& games, const Pace& pace) : games_(games), pace_(pace) {}

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

private:
    const Games& games_;
    const Pace& pace_;
};

/// watchtower_simulator_faults_total{kind}: faults that struck a request. Thread-safe.
class FaultMetrics {
public:
    explicit FaultMetrics(prometheus::Registry& registry);

    void count(const std::vector<Fault>& struck);

private:
    std::map<Fault::Kind, prometheus::Counter*> by_kind_;
};

}  // namespace watchtower::simulator
