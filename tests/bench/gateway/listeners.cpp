#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/gateway/loopback.hpp"

namespace {

using namespace watchtower::bench;

/// As one address may have so many connections only.
constexpr unsigned kOfAddress = 200;

struct Listener {
    std::string id;  ///< of the event that comes
    char last = 0;
};

/// When the first and the last listener had all of an event.
struct Arrivals {
    std::size_t listeners = 0;
    double first = 0;
    double last = 0;
};

using Events = std::map<std::string, Arrivals>;

/// Takes for granted that an event's bytes come without those of the next one, as between ticks.
void take(Listener& listener, std::string_view bytes, Events& events) {
    constexpr std::string_view kId = "id: ";
    const auto at = listener.id.empty() ? bytes.find(kId) : std::string_view::npos;
    if (at != std::string_view::npos) {
        listener.id = bytes.substr(at + kId.size(), bytes.find('\n', at) - at - kId.size());
    }
    const char before_last = bytes.size() > 1 ? bytes[bytes.size() - 2] : listener.last;
    listener.last = bytes.back();
    if (listener.last != '\n' || before_last != '\n' || listener.id.empty()) {
        return;
    }
    auto& arrivals = events[listener.id];
    arrivals.last = now();
    if (arrivals.listeners++ == 0) {
        arrivals.first = arrivals.last;
    }
    listener.id.clear();
}

int connect_one(std::uint16_t port, unsigned number, const std::string& request) {
    const int fd = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const auto source = loopback(0, 2, 1 + number / kOfAddress);
    checked(::bind(fd, generic(source), sizeof source), "bind");
    const auto server = loopback(port);
    checked(::connect(fd, generic(server), sizeof server), "connect");
    send_all(fd, request);
    checked(::fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
    return fd;
}

}  // namespace

/// usage: watchtower-bench-listeners PORT PATH COUNT
/// Listens until its standard input ends; then prints a line for each event that came: id, how many listeners had it,
/// when the first and the last of them had all of it.
int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: watchtower-bench-listeners PORT PATH COUNT\n";
        return 2;
    }
    allow_many_descriptors();
    const auto port = static_cast<std::uint16_t>(std::stoul(argv[1]));
    const auto count = static_cast<unsigned>(std::stoul(argv[3]));
    const std::string request =
        std::string("GET ") + argv[2] + " HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n";
    const int epoll = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    const auto watch = [epoll](int fd) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    };
    std::map<int, Listener> listeners;
    for (unsigned number = 0; number < count; ++number) {
        const int fd = connect_one(port, number, request);
        listeners.emplace(fd, Listener{});
        watch(fd);
    }
    watch(STDIN_FILENO);
    std::cout << "listening" << std::endl;

    Events events;
    std::vector<char> buffer(1U << 18U);
    std::array<epoll_event, 256> ready{};
    for (bool ended = false; !ended;) {
        const int got = ::epoll_wait(epoll, ready.data(), static_cast<int>(ready.size()), -1);
        for (int i = 0; i < got; ++i) {
            const int fd = ready.at(static_cast<std::size_t>(i)).data.fd;
            const auto bytes = ::read(fd, buffer.data(), buffer.size());
            if (fd == STDIN_FILENO) {
                ended = ended || bytes <= 0;
            } else if (bytes > 0) {
                take(listeners[fd], {buffer.data(), static_cast<std::size_t>(bytes)}, events);
            } else if (bytes == 0) {
                std::cerr << "a listener was dropped\n";
                return 1;
            }
        }
    }
    std::cout.precision(15);
    for (const auto& [id, arrivals] : events) {
        std::cout << id << ' ' << arrivals.listeners << ' ' << arrivals.first << ' ' << arrivals.last << '\n';
    }
    return 0;
}
