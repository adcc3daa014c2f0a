#include "common/world_state/reader_metrics.hpp"

#include <algorithm>

namespace watchtower::world_state {

namespace {

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

const prometheus::Histogram::BucketBoundaries kDelays = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

}  // namespace

ReaderMetrics::ReaderMetrics(prometheus::Registry& registry)
    : ages_(prometheus::BuildGauge()
                .Name("watchtower_state_age_seconds")
                .Help("Time since fetching of the world's state that is shown here began.")
                .Register(registry)),
      delays_(prometheus::BuildHistogram()
                  .Name("watchtower_state_delay_seconds")
                  .Help("Time from when fetching of a new state began until this process had it.")
                  .Register(registry)
                  .Add({}, kDelays)),
      states_(counters(registry, "watchtower_states_read_total", "States read, by the store they came from.")),
      failures_(counters(registry, "watchtower_state_read_failures_total", "Looks into a store that failed.")),
      malformed_(counters(registry, "watchtower_malformed_states_total", "Stored states that could not be read.")) {}

ReaderMetrics::Source ReaderMetrics::source(const std::string& name) {
    const prometheus::Labels labels = {{"source", name}};
    return {states_.Add(labels), failures_.Add(labels), malformed_.Add(labels)};
}

void ReaderMetrics::set_age(const std::string& world, double seconds) {
    prometheus::Gauge*& gauge = age_of_[world];
    if (gauge == nullptr) {
        gauge = &ages_.Add({{"world", world}});
    }
    gauge->Set(std::max(seconds, 0.0));
}

void ReaderMetrics::forget(const std::string& world) {
    const auto found = age_of_.find(world);
    if (found != age_of_.end()) {
        ages_.Remove(found->second);
        age_of_.erase(found);
    }
}

void ReaderMetrics::observe_delay(double seconds) {
    delays_.Observe(std::max(seconds, 0.0));
}

}  // namespace watchtower::world_state
