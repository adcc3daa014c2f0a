#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>

namespace watchtower::gateway {

/// Who computed what get returned.
enum class CacheUse { computed, waited };

/// Values that are dear to compute, kept by key. One computation at a time for each key: who asks meanwhile waits for
/// it and shares its value or its exception. An exception is not kept. When full, the least recently used key goes.
/// Thread-safe; the computation runs on the caller's thread without a lock.
template <typename Key, typename Value>
class OnceCache {
public:
    explicit OnceCache(std::size_t capacity) : capacity_(capacity) {}

    /// The value where it is there already; never waits for one.
    [[nodiscard]] std::optional<Value> find(const Key& key) {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(key);
        if (found == entries_.end() || !found->second.value) {
            return std::nullopt;
        }
        found->second.used = ++uses_;
        return found->second.value;
    }

    /// The value, from `compute` where it is not there. Throws what compute throws.
    Value get(const Key& key, const std::function<Value()>& compute, CacheUse* use = nullptr) {
        std::unique_lock lock(mutex_);
        if (const auto found = entries_.find(key); found != entries_.end()) {
            found->second.used = ++uses_;
            const std::shared_future<Value> value = found->second.coming;
            lock.unlock();
            tell(use, CacheUse::waited);
            return value.get();
        }
        std::promise<Value> promise;
        const std::uint64_t number = ++uses_;
        entries_.insert_or_assign(key, Entry{promise.get_future().share(), std::nullopt, number, number});
        drop_oldest();
        lock.unlock();
        tell(use, CacheUse::computed);
        return fill(key, number, promise, compute);
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

private:
    struct Entry {
        std::shared_future<Value> coming;
        std::optional<Value> value;
        std::uint64_t used = 0;
        std::uint64_t number = 0;  ///< of the computation: a later one of the same key has another
    };

    static void tell(CacheUse* use, CacheUse value) {
        if (use != nullptr) {
            *use = value;
        }
    }

    Value fill(const Key& key,
               std::uint64_t number,
               std::promise<Value>& promise,
               const std::function<Value()>& compute) {
        try {
            Value value = compute();
            finish(key, number, value);
            promise.set_value(value);
            return value;
        } catch (...) {  // given on to those who wait, and to the caller
            finish(key, number, std::nullopt);
            promise.set_exception(std::current_exception());
            throw;
        }
    }

    void finish(const Key& key, std::uint64_t number, std::optional<Value> value) {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(key);
        if (found == entries_.end() || found->second.number != number) {
            return;
        }
        if (value) {
            found->second.value = std::move(value);
        } else {
            entries_.erase(found);
        }
    }

    void drop_oldest() {
        while (entries_.size() > capacity_) {
            auto oldest = entries_.begin();
            for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
                if (entry->second.used < oldest->second.used) {
                    oldest = entry;
                }
            }
            entries_.erase(oldest);
        }
    }

    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::map<Key, Entry> entries_;
    std::uint64_t uses_ = 0;
};

}  // namespace watchtower::gateway
