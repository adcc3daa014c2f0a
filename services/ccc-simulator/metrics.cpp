#include "services/ccc-simulator/metrics.hpp"

namespace watchtower::simulator {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric sample(double value, std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    return metric;
}

}  // namespace

std::vector<MetricFamily> WorldMetrics::Collect() const {
    MetricFamily epochs{
        "watchtower_simulator_epoch", "How often the world began, resets included.", MetricType::Gauge, {}};
    MetricFamily seconds{
        "watchtower_simulator_game_seconds", "Game time since the world's epoch began.", MetricType::Gauge, {}};
    for (const auto& game : games_) {
        const Moment moment = game->moment();
        epochs.metric.push_back(sample(moment.epoch, {{"world", game->name()}}));
        seconds.metric.push_back(sample(moment.step, {{"world", game->name()}}));
    }
    return {std::move(epochs),
            std::move(seconds),
            {"watchtower_simulator_paused",
             "1 while the worlds move by hand only, else 0.",
             MetricType::Gauge,
             {sample(pace_.paused() ? 1 : 0)}}};
}

FaultMetrics::FaultMetrics(prometheus::Registry& registry) {
    auto& faults = prometheus::BuildCounter()
                       .Name("watchtower_simulator_faults_total")
                       .Help("Faults that struck a request, by kind.")
                       .Register(registry);
    for (const Fault::Kind kind : fault_kinds()) {
        by_kind_[kind] = &faults.Add({{"kind", std::string(to_text(kind))}});
    }
}

void FaultMetrics::count(const std::vector<Fault>& struck) {
    for (const Fault& fault : struck) {
        by_kind_.at(fault.kind)->Increment();
    }
}

}  // namespace watchtower::simulator
