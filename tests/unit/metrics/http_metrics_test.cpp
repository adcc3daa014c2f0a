#include "common/metrics/http_metrics.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/metrics/serialize.hpp"
#include "tests/support/promtool.hpp"

namespace watchtower::metrics {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class HttpMetricsTest : public testing::Test {
protected:
    [[nodiscard]] std::string text() const {
        std::string out;
        append_text(out, registry_);
        return out;
    }

    static http::Route route(http::Method method, std::string pattern) {
        return {method, std::move(pattern), {}, {}, {}};
    }

    prometheus::Registry registry_;
    std::vector<http::Route> routes_ = {route(http::Method::get, "/players/{id}"),
                                        route(http::Method::post, "/collect")};
    HttpMetrics metrics_{registry_, routes_};
};

TEST_F(HttpMetricsTest, CountsByMethodRouteAndCode) {
    const auto on_exchange = metrics_.on_exchange();
    on_exchange({http::Method::get, routes_.data(), 200, milliseconds(2)});
    on_exchange({http::Method::head, routes_.data(), 200, milliseconds(2)});
    on_exchange({http::Method::get, routes_.data(), 503, milliseconds(300)});
    on_exchange({http::Method::get, routes_.data(), 200, milliseconds(2)});
    EXPECT_THAT(text(),
                HasSubstr("watchtower_http_requests_total{code=\"200\",method=\"GET\",route=\"/players/{id}\"} 2\n"));
    EXPECT_THAT(text(),
                HasSubstr("watchtower_http_requests_total{code=\"200\",method=\"HEAD\",route=\"/players/{id}\"} 1\n"));
    EXPECT_THAT(text(),
                HasSubstr("watchtower_http_requests_total{code=\"503\",method=\"GET\",route=\"/players/{id}\"} 1\n"));
    EXPECT_THAT(text(), HasSubstr("watchtower_http_request_duration_seconds_count{route=\"/players/{id}\"} 4\n"));
    EXPECT_THAT(
        text(),
        HasSubstr("watchtower_http_request_duration_seconds_bucket{route=\"/players/{id}\",le=\"0.0025\"} 3\n"));
    EXPECT_TRUE(test::promtool_accepts(text()));
}

TEST_F(HttpMetricsTest, CountsWhatMatchedNoRoute) {
    metrics_.observe({http::Method::get, nullptr, 404, milliseconds(1)});
    EXPECT_THAT(text(),
                HasSubstr("watchtower_http_requests_total{code=\"404\",method=\"GET\",route=\"unmatched\"} 1\n"));
}

TEST_F(HttpMetricsTest, CountsARouteItDoesNotKnowAsUnmatched) {
    const http::Route other = route(http::Method::get, "/other");
    metrics_.observe({http::Method::get, &other, 200, milliseconds(1)});
    EXPECT_THAT(text(),
                HasSubstr("watchtower_http_requests_total{code=\"200\",method=\"GET\",route=\"unmatched\"} 1\n"));
}

TEST_F(HttpMetricsTest, KeepsTheSetOfCodesClosed) {
    metrics_.observe({http::Method::get, routes_.data(), 299, milliseconds(1)});
    metrics_.observe({http::Method::get, routes_.data(), 999, milliseconds(1)});
    EXPECT_THAT(text(),
                HasSubstr("watchtower_http_requests_total{code=\"other\",method=\"GET\",route=\"/players/{id}\"} 2\n"));
}

TEST_F(HttpMetricsTest, LosesNothingBetweenThreads) {
    const auto observe_many = [this] {
        for (int n = 0; n < 4000; ++n) {
            metrics_.observe({http::Method::post, &routes_[1], 202, milliseconds(1)});
        }
    };
    {
        const std::jthread one(observe_many);
        const std::jthread other(observe_many);
    }
    EXPECT_THAT(text(),
                HasSubstr("watchtower_http_requests_total{code=\"202\",method=\"POST\",route=\"/collect\"} 8000\n"));
}

}  // namespace
}  // namespace watchtower::metrics
