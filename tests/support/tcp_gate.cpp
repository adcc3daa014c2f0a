#include "tests/support/tcp_gate.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace watchtower::test {

namespace {

constexpr std::size_t kMostHeldBytes = std::size_t{4} << 20U;

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

/// A socket bound to the port (0: any free one); REUSEPORT lets a listening one share it with one that never listens.
int bound_socket(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in address = loopback(port);
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("TcpGate: cannot bind port " + std::to_string(port));
    }
    return fd;
}

int connect_to(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/// Closes with a reset, as a connection that breaks: the peer does not mistake it for an orderly end.
void reset(int fd) {
    if (fd >= 0) {
        const linger now{1, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(fd);
    }
}

}  // namespace

TcpGate::TcpGate(int target_port)
    : target_port_(target_port),
      reserved_(bound_socket(0)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(reserved_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    listen();
    thread_ = std::thread([this] { loop(); });
}

TcpGate::~TcpGate() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    ::eventfd_write(wake_, 1);
    thread_.join();
    ::close(wake_);
    ::close(reserved_);
}

void TcpGate::cut() {
    change(Mode::cut, std::chrono::milliseconds(0));
}

void TcpGate::freeze() {
    change(Mode::frozen, std::chrono::milliseconds(0));
}

void TcpGate::delay(std::chrono::milliseconds by) {
    change(Mode::pass, by);
}

void TcpGate::resume() {
    change(Mode::pass, std::chrono::milliseconds(0));
}

std::size_t TcpGate::connections() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

void TcpGate::change(Mode mode, std::chrono::milliseconds delay) {
    std::unique_lock lock(mutex_);
    wanted_mode_ = mode;
    wanted_delay_ = delay;
    const std::uint64_t mine = ++wanted_;
    ::eventfd_write(wake_, 1);
    applied_.wait(lock, [&] { return done_ >= mine; });
}

void TcpGate::listen() {
    if (listener_ < 0) {
        listener_ = bound_socket(port_);
        ::listen(listener_, 128);
    }
}

bool TcpGate::apply_changes() {
    const std::lock_guard lock(mutex_);
    if (done_ != wanted_ || stopping_) {
        mode_ = wanted_mode_;
        delay_ = wanted_delay_;
        if (mode_ == Mode::cut || stopping_) {
            ::close(std::exchange(listener_, -1));
            for (auto& connection : open_) {
                reset(connection.client);
                reset(connection.target);
            }
            open_.clear();
        } else {
            listen();
        }
        done_ = wanted_;
        applied_.notify_all();
    }
    return !stopping_;
}

void TcpGate::loop() {
    while (apply_changes()) {
        wait_for_work();
        eventfd_t ignored = 0;
        ::eventfd_read(wake_, &ignored);
        if (listener_ >= 0) {
            take_connections();
        }
        if (mode_ != Mode::frozen) {
            std::for_each(open_.begin(), open_.end(), [this](Connection& connection) { serve(connection); });
        }
        open_.remove_if([](const Connection& connection) {
            const bool over = connection.to_target.end_passed_on && connection.to_client.end_passed_on;
            if (connection.broken) {
                reset(connection.client);
                reset(connection.target);
            } else if (over) {
                ::close(connection.client);
                ::close(connection.target);
            }
            return connection.broken || over;
        });
    }
}

void TcpGate::wait_for_work() {
    polls_.assign(1, {wake_, POLLIN, 0});
    if (listener_ >= 0) {
        polls_.push_back({listener_, POLLIN, 0});
    }
    if (mode_ == Mode::pass) {
        for (const auto& connection : open_) {
            add_poll(connection.client, connection.to_target, connection.to_client);
            add_poll(connection.target, connection.to_client, connection.to_target);
        }
    }
    ::poll(polls_.data(), polls_.size(), wait_milliseconds());
}

void TcpGate::add_poll(int fd, const Flow& from, const Flow& to) {
    short events = 0;
    if (!from.source_ended && from.held_bytes < kMostHeldBytes) {
        events |= POLLIN;
    }
    if (!to.chunks.empty() && to.chunks.front().due <= std::chrono::steady_clock::now()) {
        events |= POLLOUT;
    }
    if (fd >= 0 && events != 0) {
        polls_.push_back({fd, events, 0});
    }
}

/// Until the next held byte is due, or for ever.
int TcpGate::wait_milliseconds() const {
    if (mode_ != Mode::pass) {
        return -1;
    }
    const auto now = std::chrono::steady_clock::now();
    std::chrono::milliseconds wait = std::chrono::milliseconds::max();
    for (const auto& connection : open_) {
        if (connection.target < 0) {
            return 0;
        }
        for (const Flow* flow : {&connection.to_target, &connection.to_client}) {
            if (!flow->chunks.empty() && flow->chunks.front().due > now) {
                wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(flow->chunks.front().due - now));
            }
        }
    }
    return wait == std::chrono::milliseconds::max() ? -1 : static_cast<int>(wait.count());
}

void TcpGate::take_connections() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            return;
        }
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Connection connection;
        connection.client = fd;
        open_.push_back(std::move(connection));
        const std::lock_guard lock(mutex_);
        ++taken_;
    }
}

void TcpGate::serve(Connection& connection) const {
    if (connection.target < 0) {
        connection.target = connect_to(target_port_);
    }
    if (connection.target < 0) {
        connection.broken = true;
        return;
    }
    read(connection.client, connection.to_target, connection);
    read(connection.target, connection.to_client, connection);
    write(connection.target, connection.to_target, connection);
    write(connection.client, connection.to_client, connection);
}

void TcpGate::read(int fd, Flow& flow, Connection& connection) const {
    std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills what is used
    while (!flow.source_ended && flow.held_bytes < kMostHeldBytes) {
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got > 0) {
            const auto size = static_cast<std::size_t>(got);
            flow.chunks.push_back({std::chrono::steady_clock::now() + delay_, std::string(buffer.data(), size)});
            flow.held_bytes += size;
        } else if (got == 0) {
            flow.source_ended = true;
        } else {
            connection.broken = connection.broken || (errno != EAGAIN && errno != EINTR);
            return;
        }
    }
}

void TcpGate::write(int fd, Flow& flow, Connection& connection) const {
    // A resumed gate is late with everything it held back.
    const auto now = delay_.count() == 0 ? TimePoint::max() : std::chrono::steady_clock::now();
    while (!flow.chunks.empty() && flow.chunks.front().due <= now) {
        std::string& bytes = flow.chunks.front().bytes;
        const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            connection.broken = connection.broken || (errno != EAGAIN && errno != EINTR);
            return;
        }
        flow.held_bytes -= static_cast<std::size_t>(sent);
        bytes.erase(0, static_cast<std::size_t>(sent));
        if (bytes.empty()) {
            flow.chunks.pop_front();
        }
    }
    if (flow.chunks.empty() && flow.source_ended && !flow.end_passed_on) {
        ::shutdown(fd, SHUT_WR);
        flow.end_passed_on = true;
    }
}

}  // namespace watchtower::test
