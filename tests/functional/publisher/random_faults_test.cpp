#include <algorithm>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/functional/publisher/fast_collector.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/nats_stream.hpp"
#include "tests/support/service.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;

constexpr seconds kDeadline{60};
constexpr Milliseconds kInterval{400};
constexpr int kMinutes = 100;

std::int64_t from_environment(const char* name, std::int64_t otherwise) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    return text != nullptr ? std::stoll(text) : otherwise;
}

/// When a subscriber was connected, as far as that is certain: its server took its subscription before `from`, and it
/// has got everything that came until `until`.
struct Connected {
    TimePoint from;
    TimePoint until;
};

/// Publishers are killed and NATS is restarted at random moments. PUBLICATION_MINUTES and PUBLICATION_SEED make it
/// longer and another one.
TEST(Publication, ReachesEveryConsumerOnceAndInOrderWhateverIsKilled) {
    const auto minutes = from_environment("PUBLICATION_MINUTES", kMinutes);
    const auto seed = from_environment("PUBLICATION_SEED", 1);
    RecordProperty("seed", std::to_string(seed));
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    const auto draw = [&random](int most) { return std::uniform_int_distribution<int>(0, most)(random); };

    WorldStores stores;
    stores.nats.stop();
    stores.nats.set_options({.jetstream = true});
    stores.nats.start();
    const FastCollector collector(stores, kInterval);
    const Service::Options options = {.environment = {{"DATABASE_URL", stores.reader_url()},
                                                      {"REDIS_URL", stores.redis.url()},
                                                      {"NATS_URL", stores.nats.url()},
                                                      {"PUBLISH_INTERVAL", "0.4"},
                                                      {"PUBLISH_BACKLOG", "300"}},
                                      .listener = "management-port"};
    Service one("publisher", options);
    Service other("publisher", options);
    const NatsInbox subscriber(stores.nats.url(), "metrics.watchtower");
    ASSERT_TRUE(eventually(kDeadline, [&] { return !subscriber.messages().empty(); }));

    std::vector<Connected> periods;
    std::optional<TimePoint> listens_since;
    const auto listen = [&] {
        if (!listens_since && subscriber.is_up_to_date()) {
            listens_since = SystemClock().now();
        }
    };
    const auto end_period = [&] {
        const TimePoint now = SystemClock().now();
        if (listens_since && subscriber.is_up_to_date()) {
            periods.push_back({*listens_since, now});
        }
        listens_since.reset();
    };

    const TimePoint begin = collector.newest();
    TimePoint next = begin;
    while (next < begin + minutes * kInterval) {
        next += kInterval * (1 + draw(4)) + Milliseconds(draw(static_cast<int>(kInterval.count())));
        ASSERT_TRUE(eventually(kDeadline, [&] {
            listen();
            return SystemClock().now() >= next;
        }));
        switch (draw(3)) {
            case 0:
                one.kill();
                one.start();
                break;
            case 1:
                other.kill();
                other.start();
                break;
            case 2:
                end_period();
                stores.nats.kill();
                stores.nats.start();
                break;
            default:
                end_period();
                stores.nats.stop();
                stores.nats.start();
                break;
        }
    }
    const TimePoint end = collector.newest() + 3 * kInterval;
    const auto stored = [&] { return read_stream(stores.nats.url(), "WATCHTOWER", "metrics.watchtower"); };
    ASSERT_TRUE(eventually(kDeadline, [&] {
        listen();
        return publication_times(stored()).back() >= end;
    }));
    end_period();

    const auto messages = stored();
    EXPECT_EQ(gaps(publication_times(messages), kInterval), "") << "seed " << seed;
    EXPECT_GE(static_cast<std::int64_t>(messages.size()), minutes);
    std::map<TimePoint, std::string> by_time;
    const auto times = publication_times(messages);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        by_time[times[i]] = messages[i].body;
        if (messages[i].body.find("\"collector_down\"") == std::string::npos) {
            EXPECT_EQ(messages[i].body, collector.document_of(times[i])) << to_rfc3339(times[i]);
        }
    }
    const auto taken = storing_times(stores.nats.url(), "WATCHTOWER", "metrics.watchtower");
    std::size_t due = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const bool was_connected = std::any_of(periods.begin(), periods.end(), [&](const Connected& period) {
            return taken[i] > period.from && taken[i] < period.until;
        });
        const std::string id = header(messages[i], "Nats-Msg-Id");
        due += was_connected ? 1 : 0;
        EXPECT_TRUE(!was_connected || subscriber.newest([&](const nats::Message& seen) {
            return header(seen, "Nats-Msg-Id") == id;
        })) << id
            << " was published at " << to_rfc3339(taken[i]) << " while the subscriber was connected";
    }
    EXPECT_GT(due, messages.size() / 4) << "it was connected for most of the time";
    const auto seen = subscriber.messages();
    const auto seen_times = publication_times(seen);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(seen[i].body, by_time[seen_times[i]]) << "a repeat is the same: " << to_rfc3339(seen_times[i]);
    }
    const std::size_t distinct = std::set(seen_times.begin(), seen_times.end()).size();
    std::printf("%zu minutes in the stream, %zu while the subscriber was connected; it saw %zu, %zu twice\n",
                messages.size(),
                due,
                distinct,
                seen.size() - distinct);
}

}  // namespace
}  // namespace watchtower::test
