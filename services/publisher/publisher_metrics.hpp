#pragma once

#include <map>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "common/base/clock.hpp"

namespace watchtower::publisher {

/// What the publisher counts, for each world. One thread at a time.
class PublisherMetrics {
public:
    explicit PublisherMetrics(prometheus::Registry& registry);

    void published(const std::string& world, TimePoint publication);
    void failed(const std::string& world);
    /// Published or failed, but in any case without the state of its tick.
    void late(const std::string& world);
    /// Publication times that passed while the process could not run.
    void missed(std::int64_t publication_times);

private:
    struct Series {
        prometheus::Counter& published;
        prometheus::Counter& failed;
        prometheus::Counter& late;
        prometheus::Gauge& last;
    };
    Series& of(const std::string& world);

    prometheus::Family<prometheus::Counter>& publications_;
    prometheus::Family<prometheus::Counter>& late_;
    prometheus::Family<prometheus::Gauge>& last_;
    prometheus::Counter& missed_;
    std::map<std::string, Series> worlds_;
};

}  // namespace watchtower::publisher
