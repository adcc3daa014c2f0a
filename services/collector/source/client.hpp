#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/http/client.hpp"
#include "proto-json/sections.hpp"
#include "services/collector/source/parser.hpp"
#include "services/collector/source/worlds.hpp"

namespace watchtower::collector {

/// Where a section is found under a world's URL; also the label `endpoint` of the API's metrics.
[[nodiscard]] std::string_view path_of(proto::Section section);

struct SourceOptions {
    std::uint64_t max_body_bytes = 1ULL << 30U;  ///< CCC_MAX_BODY_BYTES: all pages of a read together
    std::size_t max_pages = 10'000;
    Milliseconds first_retry{200};  ///< bounds of the wait before a retry, see Backoff
    Milliseconds most_retry{5'000};
};

struct SectionFailure {
    proto::SectionError error = proto::SectionError::network_error;
    std::string reason;  ///< for the log, without secrets
};

/// What came of reading a section once, with all its pages.
struct SectionRead {
    std::optional<SectionFailure> failure;  ///< nothing: the section counts
    std::uint64_t records = 0;              ///< taken by the sink
    InvalidRecords invalid;
    std::uint64_t pages = 0;
    std::uint64_t bytes = 0;                          ///< after decompression, of all bodies that came to their end
    std::vector<std::chrono::nanoseconds> durations;  ///< of each request, for ccc_api_response_seconds
    /// One for each thing that went wrong, for ccc_api_errors_total; those that a retry mended too. The failure's is
    /// the last.
    std::vector<proto::SectionError> errors;
    std::string date = {};   ///< the last answer's header Date; empty when there was none
    bool simulated = false;  ///< an answer said `X-CCC-Simulated: true`
};

/// One section of one world's API. Keeps its connection and its memory between reads. One thread at a time.
class SectionSource {
public:
    SectionSource(World world, proto::Section section, SourceOptions options = {});

    /// Reads all pages into `sink`, in order. `deadline` and the limit of bytes hold for all pages and retries
    /// together; bodies that broke off do not count towards the bytes.
    ///
    /// Retried while the deadline allows are what may pass by itself: no connection or a broken one, 5xx and 429; after
    /// the wait that Retry-After asks for, at once given up when that ends behind the deadline. Never retried: all
    /// other answers (redirects are errors, 2xx other than 200 are invalid_body) and a body that does not count. A
    /// page's records go to the sink only when its body is there whole, so no record of a page is handed over twice;
    /// but when the result is a failure, what the sink took must be dropped.
    ///
    /// `next` is resolved as RFC 3986 does: against scheme, host and port of the world's URL, whose path does not
    /// apply. A stop ends the read at once with a failure (timeout).
    SectionRead read(const std::stop_token& stop, std::chrono::steady_clock::time_point deadline, RecordSink& sink);

private:
    World world_;
    proto::Section section_;
    SourceOptions options_;
    http::Client client_;
    SectionParser parser_;
};

}  // namespace watchtower::collector
