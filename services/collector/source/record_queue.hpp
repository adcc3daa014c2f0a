#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "services/collector/model/records.hpp"
#include "services/collector/source/parser.hpp"

namespace watchtower::collector {

/// Records on their way to a sink, which is told of each some records before it gets it: while others are read, what
/// the sink needs comes into the processor's cache. One thread at a time.
template <typename Record>
class RecordQueue {
public:
    /// Where the next record is to be put together; as an older record left it.
    [[nodiscard]] Record& vacant() { return waiting_[end_ % kSize].record; }

    /// Lets the vacant record wait, and hands over the one that has waited longest when all places are taken. `raw`:
    /// its JSON, should the sink refuse it; its texts must stay until it is handed over.
    void push(std::string_view raw, RecordSink& sink, ParseResult& result) {
        waiting_[end_ % kSize].raw = raw;
        ++end_;
        if constexpr (requires { sink.expect(vacant(), 0U); }) {
            for (std::size_t step = 0; step < RecordSink::kSteps; ++step) {
                const std::size_t ago = 1 + step * kDistance;
                if (end_ - begin_ >= ago) {
                    sink.expect(waiting_[(end_ - ago) % kSize].record, step);
                }
            }
        }
        if (end_ - begin_ == kSize) {
            hand_over(sink, result);
        }
    }

    /// Hands over all that wait.
    void finish(RecordSink& sink, ParseResult& result) {
        while (begin_ != end_) {
            hand_over(sink, result);
        }
    }

    /// Drops all that wait.
    void clear() { begin_ = end_; }

private:
    struct Waiting {
        Record record;
        std::string_view raw;
    };
    static constexpr std::size_t kDistance = 10;  ///< records between two steps; what a fetch takes at most
    static constexpr std::size_t kSize = 32;
    static_assert(kSize > RecordSink::kSteps * kDistance);

    void hand_over(RecordSink& sink, ParseResult& result) {
        const Waiting& oldest = waiting_[begin_++ % kSize];
        if (const auto refusal = sink.take(oldest.record)) {
            result.invalid.add(*refusal, oldest.raw);
        } else {
            ++result.records;
        }
    }

    std::array<Waiting, kSize> waiting_;
    std::size_t begin_ = 0;  ///< of all records ever, the first that waits
    std::size_t end_ = 0;
};

}  // namespace watchtower::collector
