#include "tests/support/tcp_gate.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/process.hpp"

namespace watchtower::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

/// A server that answers one connection after the other with what it is sent.
class Echo {
public:
    explicit Echo(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const int on = 1;
        ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        const sockaddr_in address = loopback(port);
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(fd_, 10), 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~Echo() {
        stopping_ = true;
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        ::close(fd_);
    }
    Echo(const Echo&) = delete;
    Echo& operator=(const Echo&) = delete;

private:
    void serve() {
        while (!stopping_) {
            const int client = ::accept(fd_, nullptr, nullptr);
            std::array<char, 4096> buffer{};
            for (ssize_t got = 1; client >= 0 && got > 0;) {
                got = ::recv(client, buffer.data(), buffer.size(), 0);
                if (got > 0) {
                    got = ::send(client, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
                }
            }
            ::close(client);
        }
    }

    int fd_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

class Client {
public:
    explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in address = loopback(port);
        refused_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] bool refused() const { return refused_; }
    void send(const std::string& text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
    void end() const { ::shutdown(fd_, SHUT_WR); }

    [[nodiscard]] bool readable_within(milliseconds wait) const {
        pollfd poll{fd_, POLLIN, 0};
        return ::poll(&poll, 1, static_cast<int>(wait.count())) == 1;
    }

    /// `size` bytes, or fewer when the connection ends.
    [[nodiscard]] std::string receive(std::size_t size) const {
        std::string text;
        std::array<char, 4096> buffer{};
        while (text.size() < size && readable_within(seconds(10))) {
            const ssize_t got = ::recv(fd_, buffer.data(), std::min(buffer.size(), size - text.size()), 0);
            if (got <= 0) {
                break;
            }
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

private:
    int fd_;
    bool refused_ = false;
};

class TcpGateTest : public testing::Test {
protected:
    int target_port_ = free_port();
    Echo echo_{target_port_};
    TcpGate gate_{target_port_};
};

TEST_F(TcpGateTest, PassesBytesBothWaysAndTheEnd) {
    const Client client(gate_.port());
    const std::string sent(300'000, 'x');
    std::thread sender([&] {
        client.send(sent);
        client.end();
    });
    EXPECT_EQ(client.receive(sent.size() + 1), sent);
    sender.join();
    EXPECT_EQ(gate_.connections(), 1U);
}

TEST_F(TcpGateTest, ClosesAndRefusesWhileItIsCut) {
    const Client before(gate_.port());
    before.send("a");
    EXPECT_EQ(before.receive(1), "a");
    gate_.cut();
    EXPECT_EQ(before.receive(1), "");
    EXPECT_TRUE(Client(gate_.port()).refused());
    gate_.resume();
    const Client after(gate_.port());
    after.send("b");
    EXPECT_EQ(after.receive(1), "b");
}

TEST_F(TcpGateTest, HoldsEverythingBackWhileItIsFrozen) {
    const Client before(gate_.port());
    before.send("a");
    EXPECT_EQ(before.receive(1), "a");
    gate_.freeze();
    before.send("b");
    EXPECT_FALSE(before.readable_within(milliseconds(50)));
    gate_.resume();
    EXPECT_EQ(before.receive(1), "b");
}

TEST_F(TcpGateTest, TakesConnectionsWhileItIsFrozen) {
    gate_.freeze();
    const Client client(gate_.port());
    EXPECT_FALSE(client.refused());
    client.send("a");
    EXPECT_FALSE(client.readable_within(milliseconds(50)));
    EXPECT_TRUE(eventually(seconds(5), [&] { return gate_.connections() == 1; }));
    gate_.resume();
    EXPECT_EQ(client.receive(1), "a");
}

TEST_F(TcpGateTest, PassesLateWithADelay) {
    gate_.delay(milliseconds(50));
    const Client client(gate_.port());
    const auto start = std::chrono::steady_clock::now();
    client.send("a");
    EXPECT_EQ(client.receive(1), "a");
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(100));
}

TEST(TcpGate, ClosesWhenNobodyListensBehindIt) {
    TcpGate gate(free_port());
    const Client client(gate.port());
    EXPECT_EQ(client.receive(1), "");
}

}  // namespace
}  // namespace watchtower::test
