#pragma once

#include <atomic>
#include <cstddef>

namespace watchtower::collector {

/// OUTBOX_MAX_BYTES: the memory that the waiting ticks of all worlds share. Thread-safe.
class OutboxLimit {
public:
    explicit OutboxLimit(std::size_t most) : most_(most) {}

    void add(std::size_t bytes) { used_ += bytes; }
    void subtract(std::size_t bytes) { used_ -= bytes; }
    [[nodiscard]] bool exceeded() const { return used_ > most_; }

private:
    const std::size_t most_;
    std::atomic<std::size_t> used_ = 0;
};

}  // namespace watchtower::collector
