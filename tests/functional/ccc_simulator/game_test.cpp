#include <future>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/simulator.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kPaths = {"/nomads", "/resources", "/dwellings", "/combat/stats", "/events"};

std::vector<std::string> bodies(Simulator& simulator, const std::string& prefix = "") {
    std::vector<std::string> all;
    for (const std::string& path : kPaths) {
        all.push_back(simulator.get(prefix + path).body);
    }
    return all;
}

TEST(SimulatorGame, ServesFiveSectionsAndSaysThatTheyAreSimulated) {
    Simulator simulator;
    simulator.step(60);
    for (const std::string& path : kPaths) {
        const auto answer = simulator.get(path);
        ASSERT_EQ(answer.status, 200) << path;
        EXPECT_TRUE(json::parse(answer.body).is_object());
        EXPECT_EQ(answer.header("content-type"), "application/json");
        EXPECT_EQ(answer.header("content-encoding"), "gzip");
        EXPECT_EQ(answer.header("x-ccc-simulated"), "true");
    }
    for (const char* path : {"/", "/health", "/ready", "/truth"}) {
        EXPECT_EQ(json::parse(simulator.get(path).body).at("simulated"), true) << path;
    }
    EXPECT_EQ(simulator.get("/nothing").header("x-ccc-simulated"), "true");
}

TEST(SimulatorGame, GivesTheSameBytesForTheSameSeedWhateverIsAsked) {
    Simulator one;
    Simulator other;
    for (int i = 0; i < 10; ++i) {
        one.step(60);
        (void)bodies(one);
    }
    other.step(600);
    EXPECT_EQ(bodies(one), bodies(other));
    Simulator third({.flags = {{"sim-seed", "2"}}});
    third.step(600);
    EXPECT_NE(bodies(one), bodies(third));
}

TEST(SimulatorGame, ServesEachWorldUnderItsName) {
    Simulator simulator({.flags = {{"sim-worlds", "alpha,beta"}}});
    simulator.step(60);
    EXPECT_EQ(bodies(simulator), bodies(simulator, "/worlds/alpha"));
    EXPECT_NE(bodies(simulator), bodies(simulator, "/worlds/beta"));
    EXPECT_EQ(simulator.get("/worlds/gamma/nomads").status, 404);
    EXPECT_EQ(json::parse(simulator.truth("beta")).at("world"), "beta");
    EXPECT_EQ(simulator.post("/admin/reset?world=beta").status, 200);
    EXPECT_EQ(json::parse(simulator.truth("beta")).at("epoch"), 2);
    EXPECT_EQ(json::parse(simulator.truth()).at("epoch"), 1);
}

TEST(SimulatorGame, LinksPagesThatJoinToTheWholeListWhileTheWorldMoves) {
    Simulator whole;
    Simulator paged({.flags = {{"sim-page-size", "30"}}});
    whole.step(600);
    paged.step(600);
    for (const std::string& path : kPaths) {
        const json expected = json::parse(whole.get(path).body);
        const std::string list = expected.begin().key();
        json joined = json::array();
        std::string next = path;
        while (!next.empty()) {
            const json page = json::parse(paged.get(next).body);
            joined.insert(joined.end(), page.at(list).begin(), page.at(list).end());
            // Below the address of a world the link is right, too.
            next = page.value("next", "");
            if (!next.empty()) {
                EXPECT_EQ(paged.get("/worlds/default" + next).body, paged.get(next).body);
            }
            paged.step(1);
        }
        EXPECT_TRUE(joined == expected.at(list)) << path << ": " << joined.size() << " records";
        paged.reset();
        paged.step(600);
        whole.reset();
        whole.step(600);
    }
}

TEST(SimulatorGame, SaysWhenAPagesMomentIsGone) {
    Simulator simulator({.flags = {{"sim-page-size", "10"}}});
    const std::string next = json::parse(simulator.get("/nomads").body).at("next");
    for (int i = 0; i < 20; ++i) {
        simulator.step(1);
        (void)simulator.get("/nomads");
    }
    EXPECT_EQ(simulator.get(next).status, 410);
    EXPECT_EQ(simulator.get("/nomads?at=x&page=2").status, 400);
    EXPECT_EQ(simulator.get("/nomads?page=1000").status, 404);
}

TEST(SimulatorGame, AsksForItsKey) {
    Simulator simulator({.flags = {{"ccc-api-key", "sesame"}}});
    for (const std::string& path : kPaths) {
        EXPECT_EQ(simulator.get(path).status, 401);
        EXPECT_EQ(simulator.get("/worlds/default" + path).status, 401);
        EXPECT_EQ(simulator.get(path, {{"Authorization", "Bearer wrong"}}).status, 401);
        EXPECT_EQ(simulator.get(path, {{"Authorization", "Bearer sesame"}}).status, 200);
    }
    EXPECT_EQ(json::parse(simulator.truth()).at("observed").at("readings").at("nomads"), 1);
    EXPECT_EQ(simulator.output().find("sesame"), std::string::npos);
}

TEST(SimulatorGame, TellsWhatItsReadersCanKnow) {
    Simulator simulator;
    (void)bodies(simulator);
    std::int64_t collected = 0;
    json before = json::parse(simulator.truth()).at("gold").at("stock");
    for (int i = 0; i < 5; ++i) {
        simulator.step(120);
        EXPECT_EQ(simulator.get("/resources?peek=1").status, 200);
        (void)bodies(simulator);
    }
    const json truth = json::parse(simulator.truth());
    const json& gold = truth.at("observed").at("gold");
    EXPECT_EQ(truth.at("observed").at("readings").at("resources"), 6);
    EXPECT_EQ(gold.at("start"), before);
    collected = gold.at("collected").get<std::int64_t>();
    EXPECT_GT(collected, 0);
    EXPECT_LE(collected, truth.at("gold").at("income").get<std::int64_t>());
    EXPECT_EQ(truth.at("gold").at("stock").get<std::int64_t>(),
              gold.at("start").get<std::int64_t>() + collected - gold.at("spent").get<std::int64_t>() +
                  gold.at("joined").get<std::int64_t>() - gold.at("left").get<std::int64_t>());
    EXPECT_EQ(truth.at("observed").at("actions"), truth.at("actions"));
}

TEST(SimulatorGame, AnswersManyAtOnceWhileItMoves) {
    Simulator simulator({.flags = {{"sim-speed", "2000"}, {"sim-page-size", "50"}}});
    const std::string url = simulator.url();
    std::vector<std::future<int>> readers;
    for (int reader = 0; reader < 4; ++reader) {
        readers.push_back(std::async(std::launch::async, [&url] {
            http::Client client;
            int answered = 0;
            for (int i = 0; i < 40; ++i) {
                const auto answer = client.get(url + kPaths[static_cast<std::size_t>(i) % kPaths.size()], {});
                answered += answer.status == 200 && json::accept(answer.body) ? 1 : 0;
            }
            return answered;
        }));
    }
    for (auto& reader : readers) {
        EXPECT_EQ(reader.get(), 40);
    }
}

}  // namespace
}  // namespace watchtower::test
