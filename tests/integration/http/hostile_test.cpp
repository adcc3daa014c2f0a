#include <array>
#include <memory>
#include <vector>

#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/hostile_requests.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using testing::ElementsAreArray;
using watchtower::test::hostile_requests;
using watchtower::test::HostileRequest;
using watchtower::test::statuses_of;

/// The same requests go to the gateway's program; here the sanitizers see what they do to the server.
class HostileRequests : public testing::Test {
protected:
    void start() {
        server_ = std::make_unique<Server>(
            options_,
            std::vector<Route>{{Method::get, "/", [](const Request&) { return Reply::text("here"); }, "", {}},
                               {Method::get, "/health", [](const Request&) { return Reply::text("well"); }, "", {}},
                               {Method::post,
                                "/api/v1/metrics/collect",
                                [](const Request&) -> Reply { throw HttpError(403, "a key is needed"); },
                                "",
                                {}}});
    }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    void expect_a_good_client_is_served() const {
        RawClient client(port());
        client.get("/health");
        EXPECT_EQ(client.read_answer().body, "well");
    }

    ServerOptions options_;
    std::unique_ptr<Server> server_;
};

TEST_F(HostileRequests, AreAnsweredAsTheyDeserve) {
    start();
    for (const HostileRequest& one : hostile_requests()) {
        EXPECT_THAT(statuses_of(one.bytes, port()), ElementsAreArray(one.statuses)) << one.name;
        expect_a_good_client_is_served();
    }
}

/// Gone without a word, at every length of a request.
TEST_F(HostileRequests, MayBreakOffAnywhere) {
    start();
    const std::string request = "POST /api/v1/metrics/collect HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    for (std::size_t length = 0; length <= request.size(); ++length) {
        RawClient client(port());
        client.send(request.substr(0, length));
        const linger reset{1, 0};
        ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    expect_a_good_client_is_served();
}

TEST_F(HostileRequests, MayComeByteForByte) {
    start();
    for (const HostileRequest& one : hostile_requests()) {
        if (one.bytes.size() > 300) {
            continue;
        }
        RawClient client(port());
        try {
            for (const char c : one.bytes) {
                client.send({&c, 1});
            }
            client.finish_sending();
        } catch (const std::exception&) {
            continue;  // it was refused before it was whole
        }
        std::string expected = one.statuses.empty() ? "" : "HTTP/1.1 " + std::to_string(one.statuses.front());
        EXPECT_TRUE(client.read_to_end().starts_with(expected)) << one.name;
    }
    expect_a_good_client_is_served();
}

}  // namespace
}  // namespace watchtower::http
