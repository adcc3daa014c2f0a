#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/nats/message.hpp"

namespace watchtower::test {

/// A subscriber of a test: keeps every message of a subject. Thread-safe.
class NatsInbox {
public:
    /// Returns when the server knows of the subscription; throws std::runtime_error when that takes too long.
    NatsInbox(const std::string& url, const std::string& subject);
    ~NatsInbox();
    NatsInbox(const NatsInbox&) = delete;
    NatsInbox& operator=(const NatsInbox&) = delete;

    [[nodiscard]] std::vector<nats::Message> messages() const;
    /// Whether it is connected; then all that the server took before this call has come or is about to.
    [[nodiscard]] bool is_up_to_date() const;
    /// The newest for which the condition holds.
    [[nodiscard]] std::optional<nats::Message> newest(const std::function<bool(const nats::Message&)>& condition =
                                                          [](const auto&) { return true; }) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The value of a header; empty when it is not there.
[[nodiscard]] std::string header(const nats::Message& message, const std::string& name);

}  // namespace watchtower::test
