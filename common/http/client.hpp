#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/http/message.hpp"

namespace watchtower::http {

/// Why there is no answer.
enum class FetchError { none, timeout, network, too_large };

struct FetchOptions {
    std::vector<Pair> headers;
    std::chrono::milliseconds timeout{10'000};   ///< for the whole transfer, connecting included
    std::uint64_t max_body_bytes = 1ULL << 30U;  ///< after decompression
    std::stop_token stop;                        ///< a stop ends the transfer at once, as a timeout
};

struct FetchResult {
    FetchError error = FetchError::none;
    std::string reason;         ///< of an error; for the log: no user, password or query of the URL
    int status = 0;             ///< 0 when error is not none
    std::string body;           ///< decompressed, with room for simdjson's padding reserved behind it
    std::vector<Pair> headers;  ///< names in lower case
    std::optional<std::chrono::seconds> retry_after;
    std::chrono::nanoseconds duration{0};

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// Fetches over kept-alive connections with libcurl: http and https, compressed where the server can, no redirects (a
/// 3xx is a result like any other), no proxy. One thread at a time. Whatever happens on the way is a result; get and
/// post throw only BadInput, for a header with a line break.
class Client {
public:
    Client();
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    [[nodiscard]] FetchResult get(const std::string& url, const FetchOptions& options);
    [[nodiscard]] FetchResult post(const std::string& url, const std::string& body, const FetchOptions& options);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace watchtower::http
