#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/functional/ccc_simulator/raw_exchange.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/simulator.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

const std::vector<std::string> kLevers = {
    "/admin/pause", "/admin/resume", "/admin/step", "/admin/recall", "/admin/hoard", "/admin/reset", "/admin/faults"};

int step_of(Simulator& simulator) {
    return json::parse(simulator.truth()).at("step").get<int>();
}

TEST(SimulatorAdmin, IsOpenToThisMachineWithoutAToken) {
    Simulator simulator;
    for (const std::string& lever : kLevers) {
        EXPECT_EQ(simulator.post(lever, "[]").status, 200) << lever;
    }
}

TEST(SimulatorAdmin, AsksForItsTokenWhenThereIsOne) {
    Simulator simulator({.flags = {{"admin-token", "sesame"}}});
    for (const std::string& lever : kLevers) {
        EXPECT_EQ(simulator.post(lever, "[]").status, 401) << lever;
        EXPECT_EQ(simulator.post(lever, "[]", {{"Authorization", "Bearer other"}}).status, 401) << lever;
        EXPECT_EQ(simulator.post(lever, "[]", {{"Authorization", "Bearer sesame"}}).status, 200) << lever;
    }
    EXPECT_EQ(simulator.get("/admin/faults").status, 401);
    EXPECT_EQ(simulator.get("/nomads").status, 200);
    EXPECT_EQ(simulator.output().find("sesame"), std::string::npos);
}

TEST(SimulatorAdmin, StepsByHand) {
    Simulator simulator({.flags = {{"sim-worlds", "alpha,beta"}}});
    simulator.step(60);
    EXPECT_EQ(simulator.post("/admin/step?world=beta").status, 200);
    EXPECT_EQ(json::parse(simulator.truth("alpha")).at("step"), 60);
    EXPECT_EQ(json::parse(simulator.truth("beta")).at("step"), 61);
    for (const char* wrong : {"seconds=0", "seconds=-1", "seconds=x", "seconds=999999999", "second=1"}) {
        EXPECT_EQ(simulator.post(std::string("/admin/step?") + wrong).status, 400) << wrong;
    }
    EXPECT_EQ(simulator.post("/admin/step?world=gamma").status, 404);
}

TEST(SimulatorAdmin, PausesAndResumes) {
    Simulator simulator({.flags = {{"sim-speed", "1000"}}});
    EXPECT_TRUE(eventually(10s, [&] { return step_of(simulator) > 10; }));
    EXPECT_EQ(simulator.post("/admin/pause").status, 200);
    const int paused = step_of(simulator);
    simulator.step(5);
    EXPECT_EQ(step_of(simulator), paused + 5);
    EXPECT_EQ(simulator.post("/admin/resume").status, 200);
    EXPECT_TRUE(eventually(10s, [&] { return step_of(simulator) > paused + 50; }));
}

TEST(SimulatorAdmin, BringsBackEverybodyWhoLeft) {
    Simulator simulator({.flags = {{"sim-churn", "5000"}, {"sim-returns", "0.2"}}});
    simulator.step(600);
    const json before = json::parse(simulator.truth());
    const auto ever = before.at("players_joined").get<int>();
    ASSERT_LT(before.at("players").get<int>(), ever);
    EXPECT_EQ(simulator.post("/admin/recall").status, 200);
    const json after = json::parse(simulator.truth());
    EXPECT_EQ(after.at("step"), 601);
    EXPECT_EQ(after.at("players"), after.at("players_joined"));
    EXPECT_EQ(after.at("nomads").at("by_action"), after.at("actions"));
    EXPECT_EQ(after.at("gold").at("stock").get<int>(),
              after.at("gold").at("joined").get<int>() + after.at("gold").at("income").get<int>() -
                  after.at("gold").at("spent").get<int>() - after.at("gold").at("left").get<int>());
}

TEST(SimulatorAdmin, GivesOnePlayerTheGold) {
    Simulator simulator;
    simulator.step(600);
    for (const int percent : {100, 90, 1}) {
        EXPECT_EQ(simulator.post("/admin/hoard?percent=" + std::to_string(percent)).status, 200);
        double largest = 0;
        double total = 0;
        const json resources = json::parse(simulator.get("/resources").body);
        for (const json& player : resources.at("players")) {
            largest = std::max(largest, player.at("gold").get<double>());
            total += player.at("gold").get<double>();
        }
        EXPECT_NEAR(largest / total, percent / 100.0, 0.01);
        const json gold = json::parse(simulator.truth()).at("gold");
        EXPECT_EQ(gold.at("stock").get<int>(),
                  gold.at("joined").get<int>() + gold.at("income").get<int>() - gold.at("spent").get<int>() -
                      gold.at("left").get<int>());
    }
    EXPECT_EQ(simulator.post("/admin/hoard?percent=101").status, 400);
}

TEST(SimulatorAdmin, ResetsAWorld) {
    Simulator simulator;
    simulator.step(600);
    (void)simulator.get("/combat/stats");
    simulator.reset();
    const json truth = json::parse(simulator.truth());
    EXPECT_EQ(truth.at("epoch"), 2);
    EXPECT_EQ(truth.at("step"), 0);
    EXPECT_GT(truth.at("pvp").at("total_attacks"), 0);
    EXPECT_TRUE(json::parse(simulator.get("/combat/stats").body).at("combats").empty());
    const json nomads = json::parse(simulator.get("/nomads").body);
    for (const json& nomad : nomads.at("nomads")) {
        EXPECT_TRUE(nomad.at("actions").empty());
    }
    simulator.step(600);
    EXPECT_EQ(json::parse(simulator.get("/combat/stats").body).at("combats").back().at("id").get<std::string>().front(),
              'c');
}

TEST(SimulatorAdmin, KeepsShowsAndClearsFaults) {
    Simulator simulator;
    simulator.set_faults(R"([{"kind":"status","status":404,"count":1},{"kind":"shuffle"}])");
    EXPECT_EQ(simulator.get("/nomads").status, 404);
    EXPECT_EQ(simulator.get("/nomads").status, 200);
    EXPECT_EQ(json::parse(simulator.get("/admin/faults").body).at(0).at("struck"), 1);
    EXPECT_NE(raw_exchange(simulator.port(), "PUT", "/admin/faults", R"([{"kind":"empty_body"}])").find(" 200 "),
              std::string::npos);
    EXPECT_EQ(simulator.get("/nomads").body, "");
    EXPECT_NE(raw_exchange(simulator.port(), "DELETE", "/admin/faults", "").find(" 200 "), std::string::npos);
    EXPECT_EQ(simulator.get("/admin/faults").body, "[]");
}

TEST(SimulatorAdmin, RefusesFaultsThatItDoesNotKnow) {
    Simulator simulator;
    simulator.set_faults(R"([{"kind":"shuffle"}])");
    EXPECT_EQ(simulator.post("/admin/faults", R"([{"kind":"flood"}])").status, 400);
    EXPECT_EQ(simulator.post("/admin/faults", R"([{"kind":"shuffle","world":"gamma"}])").status, 404);
    EXPECT_EQ(simulator.post("/admin/faults", "").status, 400);
    EXPECT_EQ(json::parse(simulator.get("/admin/faults").body).size(), 1U);
}

}  // namespace
}  // namespace watchtower::test
