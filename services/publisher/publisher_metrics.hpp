#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "common/base/clock.hpp"

namespace watchtower::publisher {

/// What the publisher counts, for each world. One thread at a time.
class PublisherMetrics {
public:
    explicit PublisherMetrics(prometheus::Registry& registry);

    void published(const std::string& world, TimePoint publication, bool replayed);
    void failed(const std::string& world);
    /// How old the values of a document were when NATS took it.
    void observe_age(Milliseconds age);
    /// Published or failed, but in any case without the state of its tick.
    void late(const std::string& world);
    /// Publication times that nobody will make up for.
    void missed(const std::string& world, std::int64_t publication_times);
    /// How many publication times before the current one are not done with.
    void waits(const std::string& world, std::int64_t publication_times);
    void leads(bool leads);

private:
    struct Series {
        prometheus::Counter& published;
        prometheus::Counter& failed;
        prometheus::Counter& replayed;
        prometheus::Counter& late;
        prometheus::Counter& missed;
        prometheus::Gauge& backlog;
        prometheus::Gauge& last;
    };
    Series& of(const std::string& world);

    prometheus::Family<prometheus::Counter>& publications_;
    prometheus::Family<prometheus::Counter>& replayed_;
    prometheus::Family<prometheus::Counter>& late_;
    prometheus::Family<prometheus::Counter>& missed_;
    prometheus::Family<prometheus::Gauge>& backlog_;
    prometheus::Family<prometheus::Gauge>& last_;
    prometheus::Gauge& leader_;
    prometheus::Histogram& ages_;
    std::map<std::string, Series> worlds_;
};

}  // namespace watchtower::publisher
