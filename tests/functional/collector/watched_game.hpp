#pragma once

#include <string>

#include <gtest/gtest.h>

#include "proto-json/state.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/truth.hpp"

namespace watchtower::test {

using std::chrono::seconds;

/// A simulated game that stands still between steps, real servers, and what a collector needs to watch it.
class WatchedGame : public testing::Test {
protected:
    Service::Options collector_options() const {
        return {.environment = {{"CCC_API_URL", simulator_.url()},
                                {"METRICS_COLLECTION_INTERVAL", "0.4"},
                                {"DATABASE_URL", postgres_.url()},
                                {"REDIS_URL", redis_.url()},
                                {"NATS_URL", nats_.url()}},
                .listener = "management-port",
                .wait_for = "/ready"};
    }

    /// The newest stored state.
    [[nodiscard]] proto::State stored() const {
        return proto::decode_state(postgres_.ask("select state from snapshots order by tick desc limit 1"));
    }

    /// Waits until a state is stored whose numbers are the truth's. The game must stand still.
    testing::AssertionResult truth_is_stored(Flows flows = Flows::compared) {
        std::string last = "nothing stored";
        return eventually(
            seconds(15),
            [&] {
                last = differences(simulator_.truth(), stored(), flows);
                return last.empty();
            },
            [&] { return last; });
    }

    [[nodiscard]] std::string stored_ticks() const { return postgres_.ask("select count(*) from snapshots"); }

    /// Waits until a whole tick went by.
    testing::AssertionResult another_tick_is_stored() {
        const std::string before = postgres_.ask("select max(tick) from snapshots");
        return eventually(seconds(15), [&] { return postgres_.ask("select max(tick) from snapshots") != before; });
    }

    PostgresServer postgres_{{.durable = true, .settings = {}}};  // one that is killed keeps what it has committed
    RedisServer redis_;
    NatsServer nats_;
    Simulator simulator_{{.flags = {{"sim-players", "40"}, {"sim-warmup", "600"}}}};
};

}  // namespace watchtower::test
