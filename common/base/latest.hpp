#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace watchtower {

/// The newest of a series of immutable values: one writer replaces it whole, readers share it. Thread-safe; a reader
/// holds the lock for the copy of one pointer. (std::atomic<std::shared_ptr> of g++ 12 is a data race to the thread
/// sanitizer.)
template <typename T>
class Latest {
public:
    /// Null until something was stored.
    [[nodiscard]] std::shared_ptr<const T> load() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

    void store(std::shared_ptr<const T> value) {
        const std::lock_guard lock(mutex_);
        value_.swap(value);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_;
};

}  // namespace watchtower
