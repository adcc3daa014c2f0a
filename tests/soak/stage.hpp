#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/soak/fault_plan.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/tcp_gate.hpp"

namespace watchtower::test {

inline constexpr std::chrono::milliseconds kStageInterval{500};

/// The whole of Watchtower on this machine: a simulated game that moves, real servers that keep what they were told,
/// collectors, an exporter and a gateway. Each of those reaches each server through a gate of its own. One thread at a
/// time.
class Stage {
public:
    struct Options {
        std::vector<std::string> worlds = {"alpha", "beta", "gamma", "delta"};
        int collectors = kCollectors;
        int players = 40;                                               ///< of each world at the start
        std::map<std::string, std::string> collector_environment = {};  ///< added to what all collectors get
    };

    Stage() : Stage(Options{}) {}
    explicit Stage(Options options);

    /// Does the harm. A victim that is in harm's way already is left alone by a second harm.
    void strike(const Fault& fault);
    /// Takes the harm back; returns when the process runs again, which is not yet when it has caught up.
    void mend(const Fault& fault);

    /// What is not as it should be when nothing is wrong; empty: all is well. Processes that ended by themselves,
    /// worlds without a tick in the last seconds, and what is unsettled.
    [[nodiscard]] std::string ailments();

    /// Ticks that wait for PostgreSQL or are at risk, and worlds that have not exactly one owner; empty: nothing.
    [[nodiscard]] std::string unsettled();

    /// The sum of a series over all collectors; one that does not answer counts as 0.
    [[nodiscard]] double sum(const std::string& series);

    /// A process or server that ended without being told to, with what it said last; empty: none.
    [[nodiscard]] std::string deaths();

    /// Ends collectors and readers in order; what did not end with 0 within 10 s, empty: all did.
    [[nodiscard]] std::string close();

    /// What every process and server wrote, by its name.
    [[nodiscard]] std::map<std::string, std::string> outputs() const;

    [[nodiscard]] const std::vector<std::string>& worlds() const { return options_.worlds; }
    [[nodiscard]] int collectors() const { return options_.collectors; }
    [[nodiscard]] Service& collector(int number) { return *services_.at("collector-" + std::to_string(number)); }
    [[nodiscard]] Service& exporter() { return *services_.at("exporter"); }
    [[nodiscard]] Service& gateway() { return *services_.at("api-gateway"); }

private:
    const Options options_;

public:
    PostgresServer postgres;
    RedisServer redis;
    NatsServer nats;
    Simulator game;

private:
    void add_gates(const std::string& process);
    [[nodiscard]] std::map<std::string, std::string> environment(const std::string& process, const std::string& role);
    void add_collector(int number);
    void add_reader(const std::string& name);
    [[nodiscard]] LocalServer* server(const std::string& name);
    void strike_postgres(Harm harm);
    void mend_postgres(Harm harm);
    void strike_link(const Fault& fault);
    [[nodiscard]] TcpGate& gate(const std::string& link) { return *gates_.at(link); }

    TemporaryFolder folder_;
    std::map<std::string, std::unique_ptr<TcpGate>> gates_;  ///< by link
    std::map<std::string, std::unique_ptr<Service>> services_;
    std::map<std::string, bool> down_;  ///< who was ended and is not started again yet
    std::string bad_ends_;              ///< who did not end as told
};

}  // namespace watchtower::test
