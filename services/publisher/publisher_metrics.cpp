#include "services/publisher/publisher_metrics.hpp"

#include <algorithm>

namespace watchtower::publisher {

namespace {

const prometheus::Histogram::BucketBoundaries kAges = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

}  // namespace

PublisherMetrics::PublisherMetrics(prometheus::Registry& registry)
    : publications_(prometheus::BuildCounter()
                        .Name("watchtower_publications_total")
                        .Help("Documents that NATS took (published), and attempts at which it did not (failed).")
                        .Register(registry)),
      replayed_(prometheus::BuildCounter()
                    .Name("watchtower_replayed_publications_total")
                    .Help("Published documents whose publication time had been missed.")
                    .Register(registry)),
      late_(prometheus::BuildCounter()
                .Name("watchtower_late_publications_total")
                .Help("Documents that went out as collector_down because their tick's state did not come in time.")
                .Register(registry)),
      missed_(prometheus::BuildCounter()
                  .Name("watchtower_missed_publication_times_total")
                  .Help("Publication times without a document: none was kept for them, or too many were missed.")
                  .Register(registry)),
      backlog_(prometheus::BuildGauge()
                   .Name("watchtower_publication_backlog")
                   .Help("Publication times before the current one whose documents are not out yet.")
                   .Register(registry)),
      last_(prometheus::BuildGauge()
                .Name("watchtower_last_publication_timestamp_seconds")
                .Help("Newest publication time whose document NATS took, in seconds since the epoch.")
                .Register(registry)),
      leader_(prometheus::BuildGauge()
                  .Name("watchtower_publisher_leader")
                  .Help("1 while this publisher holds the lease and publishes.")
                  .Register(registry)
                  .Add({})),
      ages_(prometheus::BuildHistogram()
                .Name("watchtower_publication_age_seconds")
                .Help("Time from when fetching of a document's state began until NATS had the document, without those "
                      "that were made up for.")
                .Register(registry)
                .Add({}, kAges)) {}

PublisherMetrics::Series& PublisherMetrics::of(const std::string& world) {
    const auto found = worlds_.find(world);
    if (found != worlds_.end()) {
        return found->second;
    }
    return worlds_
        .emplace(world,
                 Series{publications_.Add({{"world", world}, {"result", "published"}}),
                        publications_.Add({{"world", world}, {"result", "failed"}}),
                        replayed_.Add({{"world", world}}),
                        late_.Add({{"world", world}}),
                        missed_.Add({{"world", world}}),
                        backlog_.Add({{"world", world}}),
                        last_.Add({{"world", world}})})
        .first->second;
}

void PublisherMetrics::published(const std::string& world, TimePoint publication, bool replayed) {
    Series& series = of(world);
    series.published.Increment();
    if (replayed) {
        series.replayed.Increment();
    }
    series.last.Set(std::chrono::duration<double>(publication.time_since_epoch()).count());
}

void PublisherMetrics::observe_age(Milliseconds age) {
    ages_.Observe(std::max(std::chrono::duration<double>(age).count(), 0.0));
}

void PublisherMetrics::failed(const std::string& world) {
    of(world).failed.Increment();
}

void PublisherMetrics::late(const std::string& world) {
    of(world).late.Increment();
}

void PublisherMetrics::missed(const std::string& world, std::int64_t publication_times) {
    of(world).missed.Increment(static_cast<double>(publication_times));
}

void PublisherMetrics::waits(const std::string& world, std::int64_t publication_times) {
    of(world).backlog.Set(static_cast<double>(publication_times));
}

void PublisherMetrics::leads(bool leads) {
    leader_.Set(leads ? 1 : 0);
}

}  // namespace watchtower::publisher
