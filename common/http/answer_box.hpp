#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "common/http/answer.hpp"
#include "common/http/socket.hpp"

namespace watchtower::http {

/// Answers that were made on other threads, for the worker whose clients wait for them. Holds one at most for each of
/// its clients. Thread-safe.
class AnswerBox {
public:
    struct Entry {
        int fd = -1;               ///< the client's
        std::uint64_t client = 0;  ///< its number: a later one may have the same descriptor
        Answer answer;
    };

    /// Throws Error when the system gives no descriptor.
    AnswerBox();

    /// Makes fd() readable.
    void put(Entry entry);

    /// All that there are.
    [[nodiscard]] std::vector<Entry> take();

    [[nodiscard]] int fd() const { return event_.fd(); }

private:
    const Socket event_;
    std::mutex mutex_;
    std::vector<Entry> entries_;
};

}  // namespace watchtower::http
