#include "services/publisher/publisher_metrics.hpp"

namespace watchtower::publisher {

PublisherMetrics::PublisherMetrics(prometheus::Registry& registry)
    : publications_(prometheus::BuildCounter()
                        .Name("watchtower_publications_total")
                        .Help("Documents that NATS took (published) or did not take (failed).")
                        .Register(registry)),
      late_(prometheus::BuildCounter()
                .Name("watchtower_late_publications_total")
                .Help("Documents that went out as collector_down because their tick's state did not come in time.")
                .Register(registry)),
      last_(prometheus::BuildGauge()
                .Name("watchtower_last_publication_timestamp_seconds")
                .Help("Newest publication time whose document NATS took, in seconds since the epoch.")
                .Register(registry)),
      missed_(prometheus::BuildCounter()
                  .Name("watchtower_missed_publication_times_total")
                  .Help("Publication times that passed while the publisher could not run.")
                  .Register(registry)
                  .Add({})) {}

PublisherMetrics::Series& PublisherMetrics::of(const std::string& world) {
    const auto found = worlds_.find(world);
    if (found != worlds_.end()) {
        return found->second;
    }
    return worlds_
        .emplace(world,
                 Series{publications_.Add({{"world", world}, {"result", "published"}}),
                        publications_.Add({{"world", world}, {"result", "failed"}}),
                        late_.Add({{"world", world}}),
                        last_.Add({{"world", world}})})
        .first->second;
}

void PublisherMetrics::published(const std::string& world, TimePoint publication) {
    Series& series = of(world);
    series.published.Increment();
    series.last.Set(std::chrono::duration<double>(publication.time_since_epoch()).count());
}

void PublisherMetrics::failed(const std::string& world) {
    of(world).failed.Increment();
}

void PublisherMetrics::late(const std::string& world) {
    of(world).late.Increment();
}

void PublisherMetrics::missed(std::int64_t publication_times) {
    missed_.Increment(static_cast<double>(publication_times));
}

}  // namespace watchtower::publisher
