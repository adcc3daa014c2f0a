#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "common/http/server.hpp"

namespace watchtower::metrics {

/// watchtower_http_requests_total{method,route,code} and watchtower_http_request_duration_seconds{route} of one server.
/// `route` is the pattern of a route, or "unmatched"; `code` a status this product answers with, or "other": the label
/// sets are closed. A series is bound when it is first needed; from then on counting neither allocates nor locks more
/// than the histogram. Thread-safe. Must outlive the server.
class HttpMetrics {
public:
    HttpMetrics(prometheus::Registry& registry, const std::vector<http::Route>& routes);
    HttpMetrics(const HttpMetrics&) = delete;
    HttpMetrics& operator=(const HttpMetrics&) = delete;

    void observe(const http::Exchange& exchange);

    /// For http::ServerOptions::on_exchange.
    [[nodiscard]] std::function<void(const http::Exchange&)> on_exchange() {
        return [this](const http::Exchange& exchange) { observe(exchange); };
    }

private:
    static constexpr std::array kCodes = {200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 406, 408, 409, 411,
                                          412, 413, 414, 415, 417, 422, 429, 431, 500, 501, 502, 503, 504, 505};
    static constexpr std::size_t kMethodCount = 7;

    struct RouteSeries {
        prometheus::Histogram* duration = nullptr;
        /// By method and index in kCodes; the last is "other".
        std::array<std::array<std::atomic<prometheus::Counter*>, kCodes.size() + 1>, kMethodCount> requests{};
    };

    void bind(const std::string& route, prometheus::Family<prometheus::Histogram>& durations);
    static std::size_t code_index(int status);

    prometheus::Family<prometheus::Counter>& requests_;
    std::map<std::string, RouteSeries, std::less<>> routes_;
};

}  // namespace watchtower::metrics
