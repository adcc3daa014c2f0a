#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

namespace watchtower::gateway {

/// Whether a caller may ask now, and what is left of his minute.
struct Allowance {
    bool granted = false;
    std::int64_t remaining = 0;     ///< requests left in the minute
    std::chrono::seconds reset{0};  ///< until the minute is over, rounded up
};

/// What one replica knows of the callers' minutes. A caller's minute begins with its first request. Tokens are taken
/// from the count of all replicas by `counted`, several at once where many are left, and used up here. Holds
/// `capacity` callers at most: beyond it those who asked the longest ago are forgotten, with the tokens taken for them.
/// Thread-safe; no call waits for anything.
class RateLimitTable {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds kMinute{60'000};

    RateLimitTable(std::int64_t per_minute, std::size_t capacity);

    /// What is to be asked of the count of all replicas: add `taken` + `uncounted` to the caller's, which goes when
    /// `window` is over if it is a new one.
    struct Question {
        std::int64_t taken = 1;
        std::int64_t uncounted = 0;  ///< requests granted here alone that it does not know of yet
        std::chrono::milliseconds window = kMinute;
    };

    /// Decides where that is possible without asking.
    [[nodiscard]] std::variant<Allowance, Question> take(std::string_view caller, TimePoint now);

    /// Decides by the answer: the caller's count of all replicas after the question's numbers were added, and what is
    /// left of its window.
    [[nodiscard]] Allowance counted(std::string_view caller,
                                    TimePoint now,
                                    const Question& question,
                                    std::int64_t count,
                                    std::chrono::milliseconds left);

    /// Decides by what is known here, when nobody could be asked this question.
    [[nodiscard]] Allowance take_alone(std::string_view caller, TimePoint now, const Question& unasked);

    /// Callers that are known now.
    [[nodiscard]] std::size_t size() const;

private:
    struct Minute {
        explicit Minute(std::string who) : caller(std::move(who)) {}
        void begin(TimePoint now, std::int64_t requests);

        const std::string caller;
        TimePoint ends;
        std::int64_t remaining = 0;  ///< as far as is known here, `held` included
        std::int64_t held = 0;       ///< taken from the count of all replicas and not used
        std::int64_t uncounted = 0;
        bool was_counted = false;  ///< by all replicas, at some time of this minute
    };
    /// Locks are held for a moment, and for a part of the callers.
    struct Shard {
        mutable std::mutex mutex;
        std::list<Minute> minutes;  ///< whose caller asked the longest ago comes first
        std::unordered_map<std::string_view, std::list<Minute>::iterator> by_caller;
    };

    static constexpr std::size_t kShards = 16;

    [[nodiscard]] Shard& shard_of(std::string_view caller);
    [[nodiscard]] Minute& minute_of(Shard& shard, std::string_view caller, TimePoint now) const;

    const std::int64_t per_minute_;
    const std::size_t shard_capacity_;
    std::array<Shard, kShards> shards_;
};

}  // namespace watchtower::gateway
