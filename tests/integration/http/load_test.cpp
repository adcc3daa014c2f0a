#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using test::RawClient;
using watchtower::test::eventually;

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

/// Asks until the server says that it closes, or closes.
void ask_until_closed(std::uint16_t port, std::atomic<int>& answered, std::atomic<int>& wrong) {
    try {
        RawClient client(port);
        for (int n = 0; n < 100'000; ++n) {
            client.get("/p/abc");
            const auto answer = client.read_answer();
            wrong += answer.body == "abc" ? 0 : 1;
            ++answered;
            if (answer.header("Connection") == "close") {
                return;
            }
        }
    } catch (const std::exception&) {
        return;  // a connection that was idle just now may end instead
    }
}

/// Runs `work` with 0, 1, … in threads of their own.
template <typename Work>
std::vector<std::thread> start(unsigned count, Work work) {
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (unsigned i = 0; i < count; ++i) {
        threads.emplace_back(work, i);
    }
    return threads;
}

void join(std::vector<std::thread>& threads) {
    for (auto& thread : threads) {
        thread.join();
    }
}

TEST(HttpServerUnderLoad, MixesNothingUpWhileClientsComeAndGo) {
    const Server server({}, routes());
    std::atomic<int> wrong = 0;
    auto clients = start(8, [&](unsigned seed) { ask_much(server.port(), seed, wrong); });
    join(clients);
    EXPECT_EQ(wrong, 0);
}

TEST(HttpServerUnderLoad, EndsCleanlyWithEveryAnswerWholeOrAbsent) {
    for (int round = 0; round < 5; ++round) {
        auto server = std::make_unique<Server>(ServerOptions{}, routes());
        std::atomic<int> answered = 0;
        std::atomic<int> wrong = 0;
        const auto port = server->port();
        auto clients = start(6, [&, port](unsigned) { ask_until_closed(port, answered, wrong); });
        EXPECT_TRUE(eventually(std::chrono::seconds(20), [&] { return answered >= 50; }));
        server.reset();
        join(clients);
        EXPECT_EQ(wrong, 0);
    }
}

}  // namespace
}  // namespace watchtower::http
