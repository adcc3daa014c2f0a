#include <algorithm>
#include <filesystem>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/integration/http/gate.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::Gate;
using test::RawClient;
using watchtower::test::eventually;

std::vector<Route> routes_with(Gate& gate) {
    return {{Method::get, "/", [](const Request&) { return Reply::text("here"); }, "", {}},
            {Method::get,
             "/gate",
             [&gate](const Request&) {
                 gate.pass();
                 return Reply::text("through");
             },
             "",
             {}}};
}

/// Sockets and timers of this process. Pistache itself leaves a few event descriptors behind for each listener.
std::ptrdiff_t open_sockets_and_timers() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::count_if(begin(all), end(all), [](const auto& entry) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        return target.starts_with("socket:") || target == "anon_inode:[timerfd]";
    });
}

TEST(HttpServerLifetime, AnswersWhatIsInHandBeforeItEnds) {
    Gate gate;
    auto server = std::make_unique<Server>(ServerOptions{}, routes_with(gate));
    RawClient busy(server->port());
    busy.get("/gate");
    ASSERT_TRUE(eventually(5s, [&] { return gate.waiting() == 1; }));
    auto ended = std::async(std::launch::async, [&] { server.reset(); });
    EXPECT_EQ(ended.wait_for(50ms), std::future_status::timeout);
    gate.open();
    const auto answer = busy.read_answer();
    EXPECT_EQ(answer.body, "through");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(ended.wait_for(10s), std::future_status::ready);
}

TEST(HttpServerLifetime, EndsAtOnceWithIdleClients) {
    Gate gate;
    auto server = std::make_unique<Server>(ServerOptions{}, routes_with(gate));
    RawClient fresh(server->port());
    RawClient used(server->port());
    used.get("/");
    EXPECT_EQ(used.read_answer().body, "here");
    auto ended = std::async(std::launch::async, [&] { server.reset(); });
    EXPECT_EQ(ended.wait_for(4s), std::future_status::ready);
    EXPECT_TRUE(fresh.is_closed_within(5s));
    EXPECT_TRUE(used.is_closed_within(5s));
}

TEST(HttpServerLifetime, EndsWithAClientThatNeverReads) {
    const auto big = std::make_shared<const std::string>(20'000'000, 'x');
    ServerOptions options;
    options.stop_timeout = 200ms;
    auto server = std::make_unique<Server>(
        options,
        std::vector<Route>{{Method::get, "/", [big](const Request&) { return Reply::shared(big, "a/b"); }, "", {}}});
    RawClient client(server->port(), 4096);
    client.get("/");
    EXPECT_FALSE(client.read_some(1).empty());
    auto ended = std::async(std::launch::async, [&] { server.reset(); });
    EXPECT_EQ(ended.wait_for(9s), std::future_status::ready);
}

TEST(HttpServerLifetime, RefusesClientsAfterwardsAndLeavesNothingOpen) {
    Gate gate;
    const auto before = open_sockets_and_timers();
    std::uint16_t port = 0;
    {
        const Server server({}, routes_with(gate));
        port = server.port();
        RawClient client(port);
        client.get("/");
        EXPECT_EQ(client.read_answer().body, "here");
        EXPECT_GT(open_sockets_and_timers(), before);
    }
    EXPECT_THROW(RawClient client(port), std::exception);
    EXPECT_EQ(open_sockets_and_timers(), before);
}

TEST(HttpServerLifetime, TellsThatAPortIsTaken) {
    Gate gate;
    const Server first({}, routes_with(gate));
    ServerOptions options;
    options.port = first.port();
    try {
        const Server second(options, routes_with(gate));
        FAIL() << "two servers on one port";
    } catch (const Unavailable& e) {
        EXPECT_EQ(std::string(e.what()),
                  "listen 127.0.0.1:" + std::to_string(options.port) + ": address already in use");
    }
    options.address = "no.such.host.invalid";
    EXPECT_THROW(Server(options, routes_with(gate)), Unavailable);
}

TEST(HttpServerLifetime, CanListenAgainAtOnceWhereItListened) {
    Gate gate;
    ServerOptions options;
    for (int i = 0; i < 5; ++i) {
        const Server server(options, routes_with(gate));
        options.port = server.port();
        RawClient client(server.port());
        client.get("/");
        EXPECT_EQ(client.read_answer().body, "here");
    }
}

TEST(HttpServerLifetime, ListensOnIpv6) {
    Gate gate;
    ServerOptions options;
    options.address = "::1";
    const Server server(options, routes_with(gate));
    RawClient client(server.port(), 0, "::1");
    client.get("/");
    EXPECT_EQ(client.read_answer().body, "here");
}

}  // namespace
}  // namespace watchtower::http
