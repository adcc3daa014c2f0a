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
/// Of one worker, at a time.
constexpr std::size_t kMostTurnedAway = 64;

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

/// As many connections as there will be descriptors for, beside what else the process has open.
std::size_t bounded_by_descriptors(std::size_t connections) {
    const auto usable = [](rlim_t descriptors) { return descriptors / 4 * 3; };
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return connections;
    }
    if (usable(limit.rlim_cur) < connections) {
        rlimit raised = limit;
        raised.rlim_cur = std::min<rlim_t>(connections / 3 * 4 + 4, limit.rlim_max);
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            limit = raised;
        }
    }
    return std::min<std::size_t>(connections, usable(limit.rlim_cur));
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
      places(std::make_shared<Places>(bounded_by_descriptors(options.max_connections),
                                      options.max_connections_per_address,
                                      options.trusted_proxies)),
      sweep_interval(sweep_interval_for(options)),
      waiting(options.waiting_threads, options.max_waiting_requests) {}

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
    for (const int fd : {timer_, answers_->fd()}) {
        poller.addFd(
            fd, Pistache::Flags<NotifyOn>(NotifyOn::Read), Pistache::Polling::Tag(static_cast<std::uint64_t>(fd)));
    }
}

void Worker::add(const std::shared_ptr<Pistache::Tcp::Peer>& peer) {
    const int fd = peer->fd();
    const auto now = SteadyClock::now();
    auto address = address_of(*peer);
    auto taken = take_place(address, now);
    auto [client, added] = clients_.try_emplace(fd,
                                                Client{peer,
                                                       ++last_number_,
                                                       Connection(fd, std::move(address), shared_->dispatcher, now),
                                                       std::move(taken.place)});
    ++shared_->connections;
    if (shared_->dispatcher.stopping()) {
        ::shutdown(fd, SHUT_RDWR);
    } else if (taken.lack != Places::Lack::nothing) {
        turn_away(client->second, taken.lack, now);
    }
}

Places::Taken Worker::take_place(const std::string& address, SteadyClock::time_point now) {
    auto taken = shared_->places->take(address);
    while (taken.lack == Places::Lack::of_all && close_longest_waiting(now)) {
        taken = shared_->places->take(address);  // unless another worker was quicker
    }
    return taken;
}

bool Worker::close_longest_waiting(SteadyClock::time_point now) {
    Client* longest = nullptr;
    std::chrono::nanoseconds longest_time{0};
    for (auto& [fd, client] : clients_) {
        const auto time = client.place ? client.connection.idle_for(now) : std::nullopt;
        if (time && *time >= longest_time) {
            longest = &client;
            longest_time = *time;
        }
    }
    if (longest == nullptr) {
        return false;
    }
    longest->place = Place();
    ::shutdown(longest->peer->fd(), SHUT_RDWR);  // its turn, at which it is removed, comes by this
    return true;
}

/// Answers cost descriptors and time, too: when there are many of these, the connection just ends.
void Worker::turn_away(Client& client, Places::Lack lack, SteadyClock::time_point now) {
    client.turned_away = true;
    if (++turned_away_ > kMostTurnedAway) {
        ::shutdown(client.peer->fd(), SHUT_RDWR);
        return;
    }
    if (lack == Places::Lack::of_address) {
        client.connection.refuse(429, "there are too many connections from this address");
    } else {
        client.connection.refuse(503, "the server has too many connections");
    }
    // The socket is not watched yet: what is left to do comes with the first event, or the sweep.
    (void)client.connection.advance(now);
}

void Worker::onReady(const Pistache::Aio::FdSet& fds) {
    // These two come last: they remove clients, and an event of a removed one must not be taken for Pistache's.
    bool answers_are_there = false;
    bool sweep_is_due = false;
    for (const auto& entry : fds) {
        if (entry.getTag().value() == static_cast<std::uint64_t>(timer_)) {
            sweep_is_due = true;
        } else if (entry.getTag().value() == static_cast<std::uint64_t>(answers_->fd())) {
            answers_are_there = true;
        } else {
            handle(entry);
        }
    }
    if (answers_are_there) {
        take_answers();
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

void Worker::take_answers() {
    for (auto& [fd, number, answer] : answers_->take()) {
        const auto client = clients_.find(fd);
        if (client != clients_.end() && client->second.number == number) {
            client->second.connection.answer(std::move(answer));
            apply(client, client->second.connection.advance(SteadyClock::now()));
        }
    }
}

Connection::Next Worker::let_wait(Client& client) {
    const std::shared_ptr<Question> question = client.connection.take_question();
    const auto answer =
        [box = answers_, question, &dispatcher = shared_->dispatcher, fd = client.peer->fd(), number = client.number] {
            box->put({fd, number, dispatcher.answer_waiting(*question)});
        };
    if (shared_->waiting.post(answer)) {
        return Connection::Next::read;
    }
    client.connection.answer(shared_->dispatcher.refuse_waiting(*question));
    return Connection::Next::again;
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
    turned_away_ -= client->second.turned_away ? 1 : 0;
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
    if (next == Next::wait) {
        next = let_wait(client->second);
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
