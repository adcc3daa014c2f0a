#include <future>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using watchtower::test::eventually;

/// One worker, so that it is known whose turn it is to be closed.
class HttpServerPlaces : public testing::Test {
protected:
    void start(std::size_t most, std::size_t most_of_address = 0) {
        options_.threads = 1;
        options_.max_connections = most;
        options_.max_connections_per_address = most_of_address;
        server_ = std::make_unique<Server>(
            options_,
            std::vector<Route>{
                {Method::get, "/", [](const Request&) { return Reply::text("here"); }, "", {}},
                {Method::get, "/big", [this](const Request&) { return Reply::shared(big_, "a/b"); }, "", {}}});
    }

    [[nodiscard]] std::unique_ptr<RawClient> connect(const std::string& source = "",
                                                     int receive_buffer_bytes = 0) const {
        return std::make_unique<RawClient>(server_->port(), receive_buffer_bytes, "127.0.0.1", source);
    }

    static int ask(RawClient& client) {
        client.get("/");
        return client.read_answer().status();
    }

    /// Clients that ask for much and do not read it: the server has something to do for them.
    [[nodiscard]] std::vector<std::unique_ptr<RawClient>> busy(std::size_t count) const {
        std::vector<std::unique_ptr<RawClient>> clients(count);
        for (auto& client : clients) {
            client = connect("", 4096);
            client->get("/big");
            EXPECT_FALSE(client->read_some(1).empty());
        }
        return clients;
    }

    ServerOptions options_;
    const std::shared_ptr<const std::string> big_ = std::make_shared<const std::string>(20'000'000, 'x');
    std::unique_ptr<Server> server_;
};

TEST_F(HttpServerPlaces, TheClientThatWaitsLongestMakesRoom) {
    start(3);
    const auto first = connect();
    EXPECT_EQ(ask(*first), 200);
    const auto second = connect();
    EXPECT_EQ(ask(*second), 200);
    const auto third = connect();
    EXPECT_EQ(ask(*third), 200);
    EXPECT_EQ(ask(*first), 200) << "now it is the second that waits longest";
    const auto fourth = connect();
    EXPECT_EQ(ask(*fourth), 200);
    EXPECT_TRUE(second->is_closed_within(5s));
    EXPECT_EQ(ask(*first), 200);
    EXPECT_EQ(ask(*third), 200);
}

TEST_F(HttpServerPlaces, AClientThatDripsItsRequestMakesRoomAfterAWhile) {
    start(1);
    const auto dripping = connect();
    dripping->send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n");
    EXPECT_EQ(dripping->read_answer().status(), 200);
    EXPECT_EQ(connect()->read_answer().status(), 503) << "it may be just about to finish";
    EXPECT_TRUE(eventually(10s, [&] { return ask(*connect()) == 200; }));
    EXPECT_TRUE(dripping->is_closed_within(5s));
}

TEST_F(HttpServerPlaces, NobodyWhoIsBeingServedMakesRoom) {
    start(2);
    auto clients = busy(2);
    auto third = connect();
    const auto answer = third->read_answer();
    EXPECT_EQ(answer.status(), 503);
    EXPECT_TRUE(answer.header("Retry-After"));
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_TRUE(answer.header("X-Request-Id"));
    clients.pop_back();
    EXPECT_TRUE(eventually(5s, [&] { return ask(*connect()) == 200; })) << "those turned away take no place";
}

TEST_F(HttpServerPlaces, ManyWhoAreTurnedAwayAreNotAnswered) {
    start(1);
    const auto clients = busy(1);
    std::vector<std::unique_ptr<RawClient>> late(200);
    std::size_t answered = 0;
    for (auto& client : late) {
        client = connect();
        answered += client->read_some(1).empty() ? 0 : 1;
    }
    EXPECT_GE(answered, 64U);
    EXPECT_LT(answered, late.size());
}

TEST_F(HttpServerPlaces, OneAddressHasItsShareAndOthersTheirs) {
    start(100, 2);
    auto one = connect();
    const auto two = connect();
    EXPECT_EQ(ask(*one), 200);
    EXPECT_EQ(ask(*two), 200);
    const auto answer = connect()->read_answer();
    EXPECT_EQ(answer.status(), 429);
    EXPECT_TRUE(answer.header("Retry-After"));
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(ask(*connect("127.0.0.2")), 200);
    one.reset();
    EXPECT_TRUE(eventually(5s, [&] { return ask(*connect()) == 200; }));
}

TEST_F(HttpServerPlaces, AnExemptAddressHasNoShare) {
    options_.trusted_proxies = AddressSet({"127.0.0.3"});
    start(100, 2);
    std::vector<std::unique_ptr<RawClient>> clients(10);
    for (auto& client : clients) {
        client = connect("127.0.0.3");
        EXPECT_EQ(ask(*client), 200);
    }
    EXPECT_EQ(ask(*connect("127.0.0.2")), 200);
}

}  // namespace
}  // namespace watchtower::http
