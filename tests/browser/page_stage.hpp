#pragma once

#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/functional/collector/scripted_game.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/tcp_gate.hpp"

namespace watchtower::test {

/// All that stands behind the page: real servers, a collector with three worlds (the simulator's `default`, a scripted
/// `hostile`, and `silent`, which never answers), and a gateway that browsers reach through a gate. A script tells over
/// HTTP what is to go wrong. The simulator's world stands still until it is stepped.
class PageStage {
public:
    explicit PageStage(const std::map<std::string, std::string>& gateway_environment = {});

    /// Runs a script of this folder in Node.js to its end; its output where it fails.
    [[nodiscard]] testing::AssertionResult passes(const std::string& script);

private:
    [[nodiscard]] std::map<std::string, std::string> environment(const std::string& role) const;
    [[nodiscard]] Service::Options collector_options() const;
    [[nodiscard]] Service::Options gateway_options(const std::map<std::string, std::string>& more) const;
    /// POST /do/{deed}, and POST /game/{section} with the hostile world's next answer to it.
    [[nodiscard]] std::vector<http::Route> routes();

    TemporaryFolder folder_;
    PostgresServer postgres_;
    RedisServer redis_;
    NatsServer nats_;
    Simulator game_{{.flags = {{"sim-players", "60"}, {"sim-warmup", "900"}}}};
    ScriptedGame hostile_;
    std::string worlds_file_;
    Service collector_;
    Service gateway_;
    TcpGate gate_;
    std::map<std::string, std::function<void()>> deeds_;
    http::Server director_;
};

}  // namespace watchtower::test
