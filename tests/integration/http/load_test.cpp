#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/integration/http/raw_client.hpp"

namespace watchtower::http {
namespace {

using test::RawClient;

std::vector<Route> routes() {
    return {{Method::get, "/p/{id}", [](const Request& r) { return Reply::text(r.path_parameter("id")); }, "", {}},
            {Method::post, "/echo", [](const Request& r) { return Reply::text(r.body); }, "", {}},
            {Method::get, "/big", [](const Request&) { return Reply::text(std::string(3'000'000, 'b')); }, "", {}}};
}

/// One of many clients: every answer must be the one to its own request.
void ask_much(std::uint16_t port, unsigned seed, std::atomic<int>& wrong) {
    std::mt19937 random(seed);
    for (int connection = 0; connection < 15; ++connection) {
        RawClient client(port);
        for (int i = 0; i < 15; ++i) {
            const auto text = std::to_string(random());
            if (random() % 2 == 0) {
                client.get("/p/" + text);
            } else {
                client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(text.size()) +
                            "\r\n\r\n" + text);
            }
            wrong += client.read_answer().body == text ? 0 : 1;
        }
        if (random() % 4 == 0) {
            client.get("/big");  // and gone without reading it
        }
    }
}

TEST(HttpServerUnderLoad, MixesNothingUpWhileClientsComeAndGo) {
    const Server server({}, routes());
    std::atomic<int> wrong = 0;
    std::vector<std::thread> clients;
    for (unsigned seed = 0; seed < 8; ++seed) {
        clients.emplace_back([&, seed] { ask_much(server.port(), seed, wrong); });
    }
    for (auto& client : clients) {
        client.join();
    }
    EXPECT_EQ(wrong, 0);
}

TEST(HttpServerUnderLoad, EndsCleanlyWithEveryAnswerWholeOrAbsent) {
    for (int round = 0; round < 5; ++round) {
        auto server = std::make_unique<Server>(ServerOptions{}, routes());
        std::atomic<int> answered = 0;
        std::vector<std::thread> clients;
        const auto port = server->port();
        for (int i = 0; i < 6; ++i) {
            clients.emplace_back([&, port] {
                try {
                    RawClient client(port);
                    for (int n = 0; n < 100'000; ++n) {
                        client.get("/p/abc");
                        const auto answer = client.read_answer();
                        ASSERT_EQ(answer.body, "abc");
                        ++answered;
                        if (answer.header("Connection") == "close") {
                            return;
                        }
                    }
                } catch (const std::exception&) {
                    return;  // a connection that was idle just now may end instead
                }
            });
        }
        while (answered < 50) {
            std::this_thread::yield();
        }
        server.reset();
        for (auto& client : clients) {
            client.join();
        }
        EXPECT_GE(answered, 50);
    }
}

}  // namespace
}  // namespace watchtower::http
