#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/hostile_requests.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/service.hpp"

namespace watchtower::test {
namespace {

using namespace std::chrono_literals;
using http::test::RawClient;
using testing::ElementsAreArray;
using Crowd = std::vector<std::unique_ptr<RawClient>>;

/// One gateway without any store, whoever sends it whatever.
class HostileClients : public testing::Test {
protected:
    HostileClients() {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
        expect_a_good_client_is_served();
        descriptors_before_ = descriptors();
        memory_before_ = memory_bytes();
    }

    [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(gateway_.port_of("port")); }

    [[nodiscard]] std::unique_ptr<RawClient> connect(const std::string& source = "") const {
        return std::make_unique<RawClient>(port(), 0, "127.0.0.1", source);
    }

    /// 250 from each of 127.0.1.1, 127.0.1.2, …: each address has its bound.
    [[nodiscard]] Crowd crowd(std::size_t count) const {
        constexpr std::size_t kOfAddress = 250;
        Crowd clients(count);
        for (std::size_t i = 0; i < count; ++i) {
            clients[i] = connect("127.0.1." + std::to_string(1 + i / kOfAddress));
        }
        return clients;
    }

    void expect_a_good_client_is_served() const {
        RawClient client(port());
        client.get("/health");
        EXPECT_EQ(client.read_answer().status(), 200);
    }

    [[nodiscard]] std::filesystem::path of_process(const std::string& what) {
        return "/proc/" + std::to_string(gateway_.process().pid()) + "/" + what;
    }
    [[nodiscard]] std::ptrdiff_t descriptors() {
        const std::filesystem::directory_iterator all(of_process("fd"));
        return std::distance(begin(all), end(all));
    }
    [[nodiscard]] std::size_t memory_bytes() {
        std::ifstream file(of_process("statm"));
        std::size_t all_pages = 0;
        std::size_t resident_pages = 0;
        file >> all_pages >> resident_pages;
        return resident_pages * 4096;
    }

    /// The gateway lives, and has let go of what it held for those who are gone.
    void expect_nothing_is_left() {
        expect_a_good_client_is_served();
        EXPECT_TRUE(gateway_.process().running());
        constexpr std::ptrdiff_t kBesides = 10;
        EXPECT_TRUE(eventually(
            10s,
            [&] { return descriptors() <= descriptors_before_ + kBesides; },
            [&] { return std::to_string(descriptors()) + ", before " + std::to_string(descriptors_before_); }));
        constexpr std::size_t kGrowth = 64UL * 1024 * 1024;
        EXPECT_LT(memory_bytes(), memory_before_ + kGrowth);
    }

    Service gateway_{"api-gateway",
                     {.environment = {{"DATABASE_URL", "postgresql://watchtower_reader@127.0.0.1:1/watchtower"},
                                      {"REDIS_URL", "redis://127.0.0.1:1/0"},
                                      {"NATS_URL", "nats://127.0.0.1:1"},
                                      {"MANAGEMENT_PORT", "0"}}}};
    std::ptrdiff_t descriptors_before_ = 0;
    std::size_t memory_before_ = 0;
};

TEST_F(HostileClients, GetWhatTheyDeserveAndLeaveNothing) {
    constexpr int kRounds = 3;
    for (int round = 0; round < kRounds; ++round) {
        for (const HostileRequest& one : hostile_requests()) {
            ASSERT_THAT(statuses_of(one.bytes, port()), ElementsAreArray(one.statuses)) << one.name;
            expect_a_good_client_is_served();
        }
    }
    expect_nothing_is_left();
}

TEST_F(HostileClients, MayGoWithoutAWord) {
    const std::string request = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t i = 0; i < 1'000; ++i) {
        RawClient client(port());
        client.send(request.substr(0, i % (request.size() + 1)));
        const linger reset{1, 0};
        ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    expect_nothing_is_left();
}

TEST_F(HostileClients, MayBeFiveThousandWhoAskNothing) {
    const Crowd idle = crowd(5'000);
    for (int i = 0; i < 20; ++i) {
        expect_a_good_client_is_served();
    }
    constexpr std::ptrdiff_t kMost = 4'096 + 600;
    EXPECT_LT(descriptors(), kMost);
    constexpr std::size_t kMostMemory = 128UL * 1024 * 1024;
    EXPECT_LT(memory_bytes(), memory_before_ + kMostMemory);
}

TEST_F(HostileClients, HaveNoMoreThanTheirShareOfConnections) {
    Crowd greedy(300);
    for (auto& client : greedy) {
        client = connect("127.0.0.9");
    }
    // Workers count at the same time: which of them are too many is not known.
    const auto refused = [&] {
        return std::count_if(greedy.begin(), greedy.end(), [](const auto& client) { return client->has_input(); });
    };
    EXPECT_TRUE(eventually(
        10s, [&] { return refused() == 300 - 256; }, [&] { return std::to_string(refused()); }));
    const auto one = std::find_if(greedy.begin(), greedy.end(), [](const auto& client) { return client->has_input(); });
    ASSERT_NE(one, greedy.end());
    EXPECT_EQ((*one)->read_answer().status(), 429);
    expect_a_good_client_is_served();
    greedy.clear();
    expect_nothing_is_left();
}

/// Heads and bodies that do not end: more than half of what the gateway takes at all.
TEST_F(HostileClients, MayDripTheirRequests) {
    const std::array<std::string, 4> beginnings = {
        "G",
        "GET /health HTTP/1.1\r\nX-A: ",
        "POST /api/v1/metrics/collect HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n",
        "POST /api/v1/metrics/collect HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nea60\r\n"};
    Crowd slow = crowd(2'500);
    for (std::size_t i = 0; i < slow.size(); ++i) {
        slow[i]->send(beginnings.at(i % beginnings.size()));
    }
    // Each round is another drip; the gateway's patience with a request is ten seconds.
    EXPECT_TRUE(eventually(20s, [&] {
        expect_a_good_client_is_served();
        for (std::size_t i = 0; i < beginnings.size(); ++i) {
            (void)::send(slow[i]->fd(), "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        return std::all_of(slow.begin(), slow.end(), [&](const auto& client) { return client->has_input(); });
    }));
    for (const auto& client : slow) {
        ASSERT_EQ(client->read_answer().status(), 408);
    }
    slow.clear();
    expect_nothing_is_left();
}

TEST_F(HostileClients, MayAskForMuchAndReadNothing) {
    Crowd deaf(200);
    std::string many;
    for (int i = 0; i < 1'000; ++i) {
        many += "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    for (auto& client : deaf) {
        client = std::make_unique<RawClient>(port(), 4096);
        (void)::send(client->fd(), many.data(), many.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    for (int i = 0; i < 20; ++i) {
        expect_a_good_client_is_served();
    }
    deaf.clear();
    expect_nothing_is_left();
}

}  // namespace
}  // namespace watchtower::test
