#include "tests/support/nats_inbox.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "common/base/error.hpp"
#include "common/nats/client.hpp"

namespace watchtower::test {

namespace {

constexpr std::chrono::seconds kDeadline{10};

nats::Options options_for(const std::string& url) {
    nats::Options options;
    options.url = url;
    options.name = "test";
    return options;
}

}  // namespace

struct NatsInbox::Impl {
    explicit Impl(const std::string& url) : client(options_for(url)) {}

    mutable std::mutex mutex;
    std::vector<nats::Message> messages;
    nats::Client client;
    nats::Subscription subscription;
};

NatsInbox::NatsInbox(const std::string& url, const std::string& subject) : impl_(std::make_unique<Impl>(url)) {
    if (!impl_->client.wait_connected(kDeadline)) {
        throw std::runtime_error("no connection to " + url);
    }
    impl_->subscription = impl_->client.subscribe(subject, [impl = impl_.get()](nats::Message message) {
        const std::lock_guard lock(impl->mutex);
        impl->messages.push_back(std::move(message));
    });
    impl_->client.flush(kDeadline);
}

NatsInbox::~NatsInbox() = default;

std::vector<nats::Message> NatsInbox::messages() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->messages;
}

bool NatsInbox::is_up_to_date() const {
    try {
        impl_->client.flush(kDeadline);
        return true;
    } catch (const Unavailable&) {
        return false;
    }
}

std::optional<nats::Message> NatsInbox::newest(const std::function<bool(const nats::Message&)>& condition) const {
    const auto all = messages();
    const auto found = std::find_if(all.rbegin(), all.rend(), condition);
    return found == all.rend() ? std::nullopt : std::optional(*found);
}

std::string header(const nats::Message& message, const std::string& name) {
    const auto found = std::find_if(
        message.headers.begin(), message.headers.end(), [&name](const auto& entry) { return entry.first == name; });
    return found == message.headers.end() ? std::string() : found->second;
}

}  // namespace watchtower::test
