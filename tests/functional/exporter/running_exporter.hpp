#pragma once

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {

/// Stores, and exporters beside them.
class RunningExporter : public testing::Test {
protected:
    static constexpr std::chrono::seconds kDeadline{40};

    [[nodiscard]] Service start(std::map<std::string, std::string> more = {}) const {
        more.merge(std::map<std::string, std::string>{{"DATABASE_URL", stores_.reader_url()},
                                                      {"REDIS_URL", stores_.redis.url()},
                                                      {"NATS_URL", stores_.nats.url()}});
        return Service("exporter", {.environment = more});
    }

    /// A state at a tick that is `age` old.
    static proto::State state_of_age(std::chrono::seconds age, const std::string& world = "default") {
        return sample_state(world, tick_at_or_before(SystemClock().now(), std::chrono::seconds(1)) - age);
    }

    /// Whether the exporter comes to show this text; every scrape until then is answered.
    static testing::AssertionResult shows(Service& exporter, const std::string& text) {
        std::string last;
        std::string unanswered;
        const auto found = eventually(
            kDeadline,
            [&] {
                const auto answer = exporter.get("/metrics");
                if (answer.status != 200) {
                    unanswered = std::to_string(answer.status) + " " + answer.reason;
                }
                last = answer.body;
                return last.find(text) != std::string::npos;
            },
            [&] { return last; });
        return unanswered.empty() ? found : testing::AssertionFailure() << "a scrape was not answered: " << unanswered;
    }

    static std::string timestamp_of(const proto::State& state) {
        return "ccc_snapshot_timestamp_seconds{world=\"" + state.world + "\"} " + to_epoch_seconds(state.timestamp) +
               "\n";
    }

    static std::string dependency(const std::string& name, bool up) {
        return "watchtower_dependency_up{dependency=\"" + name + "\"} " + (up ? "1" : "0") + "\n";
    }

    WorldStores stores_;
};

}  // namespace watchtower::test
