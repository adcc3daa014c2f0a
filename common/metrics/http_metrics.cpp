#include "common/metrics/http_metrics.hpp"

#include <algorithm>

namespace watchtower::metrics {

namespace {

constexpr std::string_view kUnmatched = "unmatched";

const char* method_text(http::Method method) {
    switch (method) {
        case http::Method::get:
            return "GET";
        case http::Method::head:
            return "HEAD";
        case http::Method::post:
            return "POST";
        case http::Method::put:
            return "PUT";
        case http::Method::patch:
            return "PATCH";
        case http::Method::del:
            return "DELETE";
        case http::Method::options:
            break;
    }
    return "OPTIONS";
}

const std::vector<double>& duration_bounds() {
    static const std::vector<double> kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
    return kBounds;
}

}  // namespace

HttpMetrics::HttpMetrics(prometheus::Registry& registry, const std::vector<http::Route>& routes)
    : requests_(prometheus::BuildCounter()
                    .Name("watchtower_http_requests_total")
                    .Help("HTTP requests answered, by method, route pattern and status code.")
                    .Register(registry)) {
    auto& durations = prometheus::BuildHistogram()
                          .Name("watchtower_http_request_duration_seconds")
                          .Help("Time from a request's last byte to its answer, by route pattern.")
                          .Register(registry);
    bind(std::string(kUnmatched), durations);
    for (const http::Route& route : routes) {
        bind(route.pattern, durations);
    }
}

void HttpMetrics::bind(const std::string& route, prometheus::Family<prometheus::Histogram>& durations) {
    routes_[route].duration = &durations.Add({{"route", route}}, duration_bounds());
}

std::size_t HttpMetrics::code_index(int status) {
    const auto found = std::lower_bound(kCodes.begin(), kCodes.end(), status);
    return found != kCodes.end() && *found == status ? static_cast<std::size_t>(found - kCodes.begin()) : kCodes.size();
}

void HttpMetrics::observe(const http::Exchange& exchange) {
    auto found = exchange.route == nullptr ? routes_.find(kUnmatched) : routes_.find(exchange.route->pattern);
    if (found == routes_.end()) {
        found = routes_.find(kUnmatched);
    }
    auto& [route, series] = *found;
    series.duration->Observe(std::chrono::duration<double>(exchange.duration).count());
    const std::size_t code = code_index(exchange.status);
    auto& slot = series.requests[static_cast<std::size_t>(exchange.method)][code];
    prometheus::Counter* counter = slot.load(std::memory_order_acquire);
    if (counter == nullptr) {
        // Two threads may come here at once: Add gives both the same child.
        counter = &requests_.Add({{"method", method_text(exchange.method)},
                                  {"route", route},
                                  {"code", code == kCodes.size() ? "other" : std::to_string(exchange.status)}});
        slot.store(counter, std::memory_order_release);
    }
    counter->Increment();
}

}  // namespace watchtower::metrics
