#include "tests/functional/publisher/fast_collector.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>

#include "proto-json/names.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::test {

namespace {

/// Returns at `moment`, or when `stop` is asked for.
void wait_until(const std::stop_token& stop, TimePoint moment) {
    std::mutex mutex;
    std::condition_variable_any nothing;
    std::unique_lock lock(mutex);
    nothing.wait_until(lock, stop, std::chrono::system_clock::time_point(moment), [] { return false; });
}

bool succeeds(const std::function<void()>& action) {
    try {
        action();
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

FastCollector::FastCollector(const WorldStores& stores, Milliseconds interval)
    : stores_(stores),
      interval_(interval),
      nats_({.url = stores.nats.url()}),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void FastCollector::run(const std::stop_token& stop) {
    TimePoint tick = tick_at_or_before(SystemClock().now(), interval_);
    std::uint64_t count = 0;
    while (!stop.stop_requested()) {
        auto state = sample_state("default", tick);
        state.interval = interval_;
        state.document.nomads->total_nomads = ++count;
        const std::string document = encode(state.document);
        {
            const std::lock_guard lock(mutex_);
            documents_[tick] = document;
        }
        while (!succeeds([&] { stores_.store(state); }) && !stop.stop_requested()) {
        }
        succeeds([&] { stores_.put(state); });
        succeeds([&] { nats_.publish(proto::state_subject(state.world), ""); });
        tick += interval_;
        wait_until(stop, tick);
    }
}

std::string FastCollector::document_of(TimePoint tick) const {
    const std::lock_guard lock(mutex_);
    const auto found = documents_.find(tick);
    return found == documents_.end() ? std::string() : found->second;
}

TimePoint FastCollector::newest() const {
    const std::lock_guard lock(mutex_);
    return documents_.empty() ? TimePoint() : documents_.rbegin()->first;
}

std::vector<TimePoint> publication_times(const std::vector<nats::Message>& messages) {
    std::vector<TimePoint> times;
    for (const nats::Message& message : messages) {
        const std::string id = header(message, "Nats-Msg-Id");
        times.push_back(parse_epoch_seconds(std::string_view(id).substr(message.subject.size() + 1)));
    }
    return times;
}

std::string gaps(const std::vector<TimePoint>& times, Milliseconds interval) {
    std::string text;
    for (std::size_t i = 1; i < times.size(); ++i) {
        if (times[i] != times[i - 1] + interval) {
            text += to_rfc3339(times[i - 1]) + " is followed by " + to_rfc3339(times[i]) + "\n";
        }
    }
    return text;
}

std::string wrong_documents(const std::vector<nats::Message>& messages, const FastCollector& collector) {
    std::string text;
    std::size_t late = 0;
    const auto times = publication_times(messages);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (messages[i].body.find("\"collector_down\"") != std::string::npos) {
            ++late;
        } else if (messages[i].body != collector.document_of(times[i])) {
            text += to_rfc3339(times[i]) + ": " + messages[i].body + "\n";
        }
    }
    if (late > messages.size() / 2) {
        text += std::to_string(late) + " of " + std::to_string(messages.size()) + " came late\n";
    }
    return text;
}

}  // namespace watchtower::test
