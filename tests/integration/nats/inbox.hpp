#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "common/nats/client.hpp"

namespace watchtower::nats {

/// Keeps the messages it is given. Thread-safe.
class Inbox {
public:
    void add(Message message) {
        const std::lock_guard lock(mutex_);
        messages_.push_back(std::move(message));
    }

    [[nodiscard]] std::vector<Message> messages() const {
        const std::lock_guard lock(mutex_);
        return messages_;
    }

    [[nodiscard]] std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return messages_.size();
    }

    [[nodiscard]] std::size_t count(const std::string& body) const {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(
            std::count_if(messages_.begin(), messages_.end(), [&](const Message& m) { return m.body == body; }));
    }

private:
    mutable std::mutex mutex_;
    std::vector<Message> messages_;
};

}  // namespace watchtower::nats
