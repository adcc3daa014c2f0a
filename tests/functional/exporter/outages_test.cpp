#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>

#include "common/redis/client.hpp"
#include "proto-json/names.hpp"
#include "tests/functional/exporter/running_exporter.hpp"
#include "tests/support/hostile_requests.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

struct Outage {
    const char* server;  ///< the dependency's name
    bool frozen;         ///< else dead
};

std::ostream& operator<<(std::ostream& out, const Outage& outage) {
    return out << outage.server << (outage.frozen ? " frozen" : " dead");
}

class ExporterOutage : public RunningExporter, public testing::WithParamInterface<Outage> {
protected:
    static bool is(const char* server) { return GetParam().server == std::string(server); }

    /// Does it to the server that is meant.
    template <typename Act>
    void act(Act act) {
        if (is("redis")) {
            act(stores_.redis);
        } else if (is("nats")) {
            act(stores_.nats);
        } else {
            act(stores_.postgres);
        }
    }
    void begin() {
        stores_.postgres.run("checkpoint");  // it runs without fsync
        act([](auto& server) { GetParam().frozen ? server.freeze() : server.kill(); });
    }
    void end() {
        act([](auto& server) { GetParam().frozen ? server.thaw() : server.start(); });
    }
    /// Where the collector's state goes while one is away.
    void keep(const proto::State& state) const {
        if (!is("redis")) {
            stores_.put(state);
        }
        if (!is("postgres")) {
            stores_.store(state);
        }
    }
};

TEST_P(ExporterOutage, HoldsUpNoScrapeAndNoState) {
    const auto first = state_of_age(seconds(600));
    stores_.put(first);
    stores_.store(first);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(first)));
    ASSERT_TRUE(shows(exporter, dependency(GetParam().server, true)));

    begin();
    const auto second = state_of_age(seconds(300));
    keep(second);
    EXPECT_TRUE(shows(exporter, timestamp_of(second)));
    EXPECT_TRUE(shows(exporter, dependency(GetParam().server, false)));
    EXPECT_EQ(exporter.get("/ready").status, 200);
    EXPECT_EQ(exporter.get("/health").status, 200);

    end();
    EXPECT_TRUE(shows(exporter, dependency(GetParam().server, true)));
    const auto third = state_of_age(seconds(1));
    stores_.put(third);
    stores_.store(third);
    EXPECT_TRUE(shows(exporter, timestamp_of(third)));
}

TEST_P(ExporterOutage, DuringARestartHidesNothing) {
    const auto state = state_of_age(seconds(200));
    stores_.put(state);
    stores_.store(state);
    begin();
    Service exporter = start();
    EXPECT_TRUE(shows(exporter, timestamp_of(state)));
    EXPECT_EQ(exporter.get("/ready").status, 200);
    exporter.process().signal(SIGTERM);
    EXPECT_EQ(exporter.process().wait(seconds(10)), 0);
    end();
}

INSTANTIATE_TEST_SUITE_P(Each,
                         ExporterOutage,
                         testing::Values(Outage{"redis", false},
                                         Outage{"redis", true},
                                         Outage{"postgres", false},
                                         Outage{"postgres", true},
                                         Outage{"nats", false},
                                         Outage{"nats", true}));

class ExporterLife : public RunningExporter {};

TEST_F(ExporterLife, ShowsTheSameAfterItWasKilled) {
    const auto state = state_of_age(seconds(1));
    stores_.put(state);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(state)));
    const auto game = [&exporter] {
        const std::string text = exporter.get("/metrics").body;
        return text.substr(0, text.find("# HELP watchtower_build_info"));
    };
    const std::string before = game();
    exporter.kill();
    exporter.start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return exporter.get("/metrics").status == 200; })) << exporter.output();
    ASSERT_TRUE(shows(exporter, timestamp_of(state)));
    EXPECT_EQ(game(), before);
}

TEST_F(ExporterLife, DropsAWorldThatIsGoneFromBothStores) {
    const auto state = state_of_age(seconds(1));
    const auto other = state_of_age(seconds(1), "other");
    for (const auto& [one, position] : {std::pair(state, 0), std::pair(other, 1)}) {
        stores_.put(one, position);
        stores_.store(one, position);
    }
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(other)));
    stores_.postgres.run("delete from snapshots where world = 'other'; delete from worlds where world = 'other'");
    redis::Client({.url = stores_.redis.url()}).command({"ZREM", proto::kWorldsKey, "other"});
    EXPECT_TRUE(eventually(kDeadline, [&] {
        const std::string text = exporter.get("/metrics").body;
        return text.find("world=\"other\"") == std::string::npos && text.find(timestamp_of(state)) != std::string::npos;
    }));
}

TEST_F(ExporterLife, GivesEverybodyWhatTheyDeserve) {
    const auto state = state_of_age(seconds(1));
    stores_.put(state);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(state)));
    const auto port = static_cast<std::uint16_t>(exporter.port_of("port"));
    for (const HostileRequest& one : hostile_requests()) {
        std::vector<int> expected = one.statuses;  // what the gateway refuses is not there
        std::replace(expected.begin(), expected.end(), 403, 404);
        ASSERT_THAT(statuses_of(one.bytes, port), testing::ElementsAreArray(expected)) << one.name;
    }
    EXPECT_TRUE(exporter.process().running());
    EXPECT_THAT(exporter.get("/metrics").body, HasSubstr(timestamp_of(state)));
}

}  // namespace
}  // namespace watchtower::test
