#include "common/http/worker.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/base/log.hpp"

namespace watchtower::http {

namespace {

using Pistache::Polling::NotifyOn;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kSweepWhenStopping(10);
constexpr std::chrono::milliseconds kSweepForPauses(10);

/// Pistache asks a handler for what happens on a connection; ours only hands new ones to the worker.
class Greeter final : public Pistache::Tcp::Handler {
public:
    PROTOTYPE_OF(Pistache::Tcp::Handler, Greeter)

    void onConnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
        static_cast<Worker*>(transport())->add(peer);
    }
    void onInput(const char* /*buffer*/,
                 size_t /*length*/,
                 const std::shared_ptr<Pistache::Tcp::Peer>& /*peer*/) override {}
};

std::size_t bounded_by_descriptors(std::size_t connections) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return connections;
    }
    return std::min<std::size_t>(connections, limit.rlim_cur / 4 * 3);
}

std::chrono::milliseconds sweep_interval_for(const ServerOptions& options) {
    const auto shortest = std::min({options.request_timeout, options.keepalive_timeout, options.write_timeout});
    return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
}

void set_timer(int fd, std::chrono::milliseconds interval) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(interval);
    itimerspec spec{};
    spec.it_interval.tv_sec = seconds.count();
    spec.it_interval.tv_nsec = std::chrono::nanoseconds(interval - seconds).count();
    spec.it_value = spec.it_interval;
    ::timerfd_settime(fd, 0, &spec, nullptr);
}

/// An IPv4 client of an IPv6 listener is written as an IPv4 client.
std::string address_of(const Pistache::Tcp::Peer& peer) {
    constexpr std::string_view kMapped = "::ffff:";
    auto host = peer.address().host();
    if (host.starts_with(kMapped) && host.find('.') != std::string::npos) {
        host.erase(0, kMapped.size());
    }
    return host;
}

}  // namespace

WorkersShared::WorkersShared(const ServerOptions& options, std::vector<Route> routes)
    : dispatcher(options, std::move(routes)),
      max_connections(bounded_by_descriptors(options.max_connections)),
      sweep_interval(sweep_interval_for(options)) {}

void WorkersShared::add_timer(int fd) {
    const std::lock_guard lock(mutex_);
    timers_.push_back(fd);
}

void WorkersShared::hurry() {
    const std::lock_guard lock(mutex_);
    for (const int fd : timers_) {
        set_timer(fd, kSweepWhenStopping);
    }
}

Worker::Worker(std::shared_ptr<WorkersShared> shared)
    : Transport(std::make_shared<Greeter>()),
      shared_(std::move(shared)) {}

Worker::~Worker() {
    // Pistache leaves the sockets of its last peers open
    for (const auto& [fd, client] : clients_) {
        ::close(fd);
    }
    shared_->connections -= clients_.size();
    if (timer_ >= 0) {
        ::close(timer_);
    }
}

std::shared_ptr<Pistache::Aio::Handler> Worker::clone() const {
    return std::make_shared<Worker>(shared_);
}

void Worker::registerPoller(Pistache::Polling::Epoll& poller) {
    Transport::registerPoller(poller);
    timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer_ < 0) {
        throw Error("http server: cannot create a timer");
    }
    set_timer(timer_, shared_->sweep_interval);
    shared_->add_timer(timer_);
    poller.addFd(
        timer_, Pistache::Flags<NotifyOn>(NotifyOn::Read), Pistache::Polling::Tag(static_cast<std::uint64_t>(timer_)));
}

void Worker::add(const std::shared_ptr<Pistache::Tcp::Peer>& peer) {
    const int fd = peer->fd();
    auto [client, added] = clients_.try_emplace(
        fd,
        Client{
            peer, Connection(fd, address_of(*peer), shared_->dispatcher, SteadyClock::now()), Place(shared_->places)});
    ++shared_->connections;
    if (shared_->dispatcher.stopping()) {
        ::shutdown(fd, SHUT_RDWR);
    } else if (shared_->places->taken() > shared_->max_connections) {
        client->second.connection.refuse(503, "the server has too many connections");
    }
}

void Worker::onReady(const Pistache::Aio::FdSet& fds) {
    // The sweep comes last: it removes clients, and an event of a removed one must not be taken for Pistache's.
    bool sweep_is_due = false;
    for (const auto& entry : fds) {
        if (entry.getTag().value() == static_cast<std::uint64_t>(timer_)) {
            sweep_is_due = true;
        } else {
            handle(entry);
        }
    }
    if (sweep_is_due) {
        std::uint64_t expirations = 0;
        [[maybe_unused]] const auto got = ::read(timer_, &expirations, sizeof expirations);
        sweep();
    }
}

void Worker::handle(const Pistache::Aio::FdSet::Entry& entry) {
    const auto client = clients_.find(static_cast<int>(entry.getTag().value()));
    if (client != clients_.end()) {
        const auto next = client->second.connection.advance(SteadyClock::now());
        apply(client, next);
        return;
    }
    if (!entry.isReadable()) {
        return;
    }
    Pistache::Polling::Event event(entry.getTag());
    event.flags = Pistache::Flags<NotifyOn>(NotifyOn::Read);
    Transport::onReady(Pistache::Aio::FdSet({event}));
}

void Worker::sweep() {
    const auto now = SteadyClock::now();
    if (hurried_) {
        hurried_ = false;
        set_timer(timer_, shared_->sweep_interval);
        if (shared_->dispatcher.stopping()) {
            set_timer(timer_, kSweepWhenStopping);  // hurry may have come before the line above
        }
    }
    for (auto client = clients_.begin(); client != clients_.end();) {
        client = apply(client, client->second.connection.tick(now));
    }
}

Worker::Clients::iterator Worker::remove(Clients::iterator client) {
    const auto peer = client->second.peer;
    const auto after = clients_.erase(client);
    --shared_->connections;
    removePeer(peer);
    return after;
}

/// The stream gets a descriptor of its own, as Pistache closes the one it knows.
Worker::Clients::iterator Worker::hand_over(Clients::iterator client) {
    const auto stream = client->second.connection.take_stream();
    Socket socket(::fcntl(client->first, F_DUPFD_CLOEXEC, 0));
    Place place = std::move(client->second.place);
    const auto after = remove(client);
    if (socket.fd() >= 0) {
        stream->take(std::move(socket), std::move(place));
    } else {
        log::warn("stream_without_descriptor");
    }
    return after;
}

Worker::Clients::iterator Worker::apply(Clients::iterator client, Connection::Next next) {
    using Next = Connection::Next;
    if (next == Next::close) {
        return remove(client);
    }
    if (next == Next::leave) {
        return hand_over(client);
    }
    if (next == Next::pause) {
        if (!hurried_) {
            hurried_ = true;
            set_timer(timer_, kSweepForPauses);
        }
        return ++client;
    }
    // Only edges are watched, but changing what is watched also reports what is already there. So a connection with
    // more to do asks for room, which there is, and its turn comes after the others'.
    const bool wants_room = next != Next::read;
    if (wants_room != client->second.wants_room || next == Next::again) {
        const auto interest = wants_room ? NotifyOn::Write : NotifyOn::Read;
        reactor()->modifyFd(key(), client->first, interest | NotifyOn::Shutdown, Pistache::Polling::Mode::Edge);
        client->second.wants_room = wants_room;
    }
    return ++client;
}

}  // namespace watchtower::http
