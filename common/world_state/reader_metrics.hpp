#pragma once

#include <map>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace watchtower::world_state {

/// What a reader of states counts.
class ReaderMetrics {
public:
    explicit ReaderMetrics(prometheus::Registry& registry);

    struct Source {
        prometheus::Counter& states;
        prometheus::Counter& failures;
        prometheus::Counter& malformed;
    };
    [[nodiscard]] Source source(const std::string& name);

    /// watchtower_state_age_seconds; negative ages (clocks differ) are shown as 0.
    void set_age(const std::string& world, double seconds);
    /// The world is gone, and its series.
    void forget(const std::string& world);

    /// watchtower_state_delay_seconds, of a state that is newer than one held before.
    void observe_delay(double seconds);

private:
    prometheus::Family<prometheus::Gauge>& ages_;
    prometheus::Histogram& delays_;
    prometheus::Family<prometheus::Counter>& states_;
    prometheus::Family<prometheus::Counter>& failures_;
    prometheus::Family<prometheus::Counter>& malformed_;
    std::map<std::string, prometheus::Gauge*> age_of_;
};

}  // namespace watchtower::world_state
