#include "common/http/event_hub.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "common/base/log.hpp"
#include "common/http/event_listener.hpp"

namespace watchtower::http {

namespace {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
using Id = std::uint64_t;

constexpr Id kWake = 0;
constexpr std::size_t kEventsAtOnce = 256;
constexpr std::chrono::milliseconds kShortestSweep(10);
constexpr std::chrono::milliseconds kLongestSweep(2'500);

struct Joined {
    Id id;
    std::vector<Interest> interests;
};
struct Attached {
    Id id;
    Socket socket;
    Place place;
    std::vector<SharedEvent> first;
};
struct Left {
    Id id;
};
/// In the order of the calls: this decides which events a listener is sent.
using Message = std::variant<Joined, Attached, Left, SharedEvent>;

}  // namespace

struct EventHub::Impl {
    explicit Impl(EventHubOptions given);

    void post(Message message);
    void note(ListenerChange change) const;

    const EventHubOptions options;
    std::atomic<std::size_t> count = 0;

    std::mutex mutex;  // guards the next three
    std::vector<Message> inbox;
    Id last_id = kWake;
    bool stopping = false;

    const Socket epoll{::epoll_create1(EPOLL_CLOEXEC)};
    const Socket wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    std::thread thread;

private:  // the thread's own
    struct Client {
        EventListener listener;
        std::uint32_t watched = 0;
        bool waits_for_room = false;
    };

    void run();
    void turn();
    [[nodiscard]] int patience() const;
    void take_messages();
    void take(Joined& joined);
    void take(Attached& attached);
    void take(const Left& left);
    void take(const SharedEvent& event);
    void offer(Id id, Client& client, const SharedEvent& event);
    void on_ready(Id id, std::uint32_t events);
    /// False when the client was removed.
    bool send(Id id, Client& client);
    void remove(Id id, Client& client);
    void sweep();
    void end_all();
    bool watch(int operation, int fd, Id id, std::uint32_t events) const;
    /// Calls visit(id, client) for each, which may remove that one.
    template <typename Visit>
    void for_each(Visit visit);

    const std::chrono::milliseconds sweep_interval_;
    std::unordered_map<Id, Client> clients_;
    TimePoint now_ = SteadyClock::now();
    TimePoint next_sweep_;
    bool published_ = false;
    bool ending_ = false;
    TimePoint end_;
};

namespace {

class HubListening final : public Listening, public Stream, public std::enable_shared_from_this<HubListening> {
public:
    HubListening(Id id, std::function<void(Message)> post) : id_(id), post_(std::move(post)) {}
    ~HubListening() override {
        if (!attached_) {
            post_safely(Left{id_});
        }
    }
    HubListening(const HubListening&) = delete;
    HubListening& operator=(const HubListening&) = delete;

    Reply reply(std::vector<Event> first) override {
        for (auto& event : first) {
            first_.push_back(std::make_shared<const Event>(std::move(event)));
        }
        Reply reply;
        reply.with("Content-Type", "text/event-stream");
        reply.with("Cache-Control", "no-store");
        reply.with("X-Accel-Buffering", "no");  // nginx is to pass on what it gets
        reply.stream = shared_from_this();
        return reply;
    }

    void take(Socket socket, Place place) noexcept override {
        attached_ = true;
        post_safely(Attached{id_, std::move(socket), std::move(place), std::move(first_)});
    }

private:
    void post_safely(Message message) noexcept {
        try {
            post_(std::move(message));
        } catch (const std::exception& e) {
            log::error("event_hub_failed", {{"error", e.what()}});
        }
    }

    const Id id_;
    const std::function<void(Message)> post_;
    std::vector<SharedEvent> first_;
    bool attached_ = false;
};

}  // namespace

EventHub::EventHub(EventHubOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

EventHub::~EventHub() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    ::eventfd_write(impl_->wake.fd(), 1);
    impl_->thread.join();
}

std::shared_ptr<Listening> EventHub::listen(std::vector<Interest> interests) {
    if (++impl_->count > impl_->options.max_listeners) {
        --impl_->count;
        impl_->note(ListenerChange::refused);
        throw HttpError(503, "there are too many listeners", {{"Retry-After", "5"}});
    }
    impl_->note(ListenerChange::joined);
    Id id = 0;
    {
        const std::lock_guard lock(impl_->mutex);
        id = ++impl_->last_id;
        impl_->inbox.emplace_back(Joined{id, std::move(interests)});
    }
    ::eventfd_write(impl_->wake.fd(), 1);
    return std::make_shared<HubListening>(id,
                                          [impl = impl_.get()](Message message) { impl->post(std::move(message)); });
}

void EventHub::publish(Event event) {
    impl_->post(std::make_shared<const Event>(std::move(event)));
}

std::size_t EventHub::listeners() const {
    return impl_->count;
}

EventHub::Impl::Impl(EventHubOptions given)
    : options(std::move(given)),
      sweep_interval_(
          std::clamp(std::min(options.heartbeat, options.write_timeout) / 4, kShortestSweep, kLongestSweep)) {
    if (epoll.fd() < 0 || wake.fd() < 0 || !watch(EPOLL_CTL_ADD, wake.fd(), kWake, EPOLLIN)) {
        throw Error("event hub: cannot create its descriptors");
    }
    thread = std::thread([this] { run(); });
}

void EventHub::Impl::post(Message message) {
    {
        const std::lock_guard lock(mutex);
        inbox.push_back(std::move(message));
    }
    ::eventfd_write(wake.fd(), 1);
}

void EventHub::Impl::note(ListenerChange change) const {
    if (options.on_change) {
        options.on_change(change);
    }
}

bool EventHub::Impl::watch(int operation, int fd, Id id, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    return ::epoll_ctl(epoll.fd(), operation, fd, &event) == 0;
}

template <typename Visit>
void EventHub::Impl::for_each(Visit visit) {
    for (auto at = clients_.begin(); at != clients_.end();) {
        auto& [id, client] = *at++;
        visit(id, client);
    }
}

/// One of the places where everything is caught: the thread goes on for the other listeners.
void EventHub::Impl::run() {
    while (!ending_ || (!clients_.empty() && now_ < end_)) {
        try {
            turn();
        } catch (const std::exception& e) {
            log::error("event_hub_failed", {{"error", e.what()}});
        }
    }
    for_each([this](Id id, Client& client) { remove(id, client); });
}

int EventHub::Impl::patience() const {
    if (ending_) {
        return static_cast<int>(kShortestSweep.count());
    }
    if (clients_.empty()) {
        return -1;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - SteadyClock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

void EventHub::Impl::turn() {
    std::array<epoll_event, kEventsAtOnce> ready{};
    const int count_ready = ::epoll_wait(epoll.fd(), ready.data(), static_cast<int>(ready.size()), patience());
    now_ = SteadyClock::now();
    for (int i = 0; i < count_ready; ++i) {
        const auto& event = ready.at(static_cast<std::size_t>(i));
        if (event.data.u64 == kWake) {
            take_messages();
        } else {
            on_ready(event.data.u64, event.events);
        }
    }
    if (now_ >= next_sweep_) {
        next_sweep_ = now_ + sweep_interval_;
        sweep();
    }
}

void EventHub::Impl::take_messages() {
    eventfd_t kicks = 0;
    (void)::eventfd_read(wake.fd(), &kicks);
    std::vector<Message> messages;
    bool stop = false;
    {
        const std::lock_guard lock(mutex);
        messages.swap(inbox);
        stop = stopping;
    }
    for (auto& message : messages) {
        std::visit([this](auto& one) { take(one); }, message);
    }
    if (std::exchange(published_, false)) {
        for_each([this](Id id, Client& client) {
            if (!client.waits_for_room) {
                send(id, client);
            }
        });
    }
    if (stop && !ending_) {
        ending_ = true;
        end_ = now_ + options.stop_timeout;
        end_all();
    }
}

void EventHub::Impl::take(Joined& joined) {
    clients_.try_emplace(joined.id, Client{EventListener(std::move(joined.interests), options)});
}

void EventHub::Impl::take(Attached& attached) {
    const auto found = clients_.find(attached.id);
    if (found == clients_.end()) {
        return;  // it was dropped meanwhile: the socket closes
    }
    auto& [id, client] = *found;
    client.listener.attach(std::move(attached.socket), std::move(attached.place), attached.first, now_);
    client.watched = EPOLLRDHUP;
    if (!watch(EPOLL_CTL_ADD, client.listener.fd(), id, client.watched)) {
        remove(id, client);
        return;
    }
    send(id, client);
}

void EventHub::Impl::take(const Left& left) {
    const auto found = clients_.find(left.id);
    if (found != clients_.end()) {
        remove(left.id, found->second);
    }
}

void EventHub::Impl::take(const SharedEvent& event) {
    published_ = true;
    for_each([&](Id id, Client& client) { offer(id, client, event); });
}

void EventHub::Impl::offer(Id id, Client& client, const SharedEvent& event) {
    auto& listener = client.listener;
    if (!listener.has_room(event->text->size()) && !client.waits_for_room && !send(id, client)) {
        return;
    }
    switch (listener.offer(event)) {
        case EventListener::Offered::taken:
        case EventListener::Offered::not_wanted:
            break;
        case EventListener::Offered::skipped:
            note(ListenerChange::skipped);
            break;
        case EventListener::Offered::full:
            note(ListenerChange::dropped);
            remove(id, client);
            break;
    }
}

void EventHub::Impl::on_ready(Id id, std::uint32_t events) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) {
        return;
    }
    auto& client = found->second;
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        remove(id, client);
        return;
    }
    if ((events & EPOLLRDHUP) != 0) {
        client.listener.finish();
    }
    send(id, client);
}

bool EventHub::Impl::send(Id id, Client& client) {
    auto& listener = client.listener;
    if (listener.fd() < 0) {
        return true;
    }
    const auto sent = listener.send(now_);
    if (sent == EventListener::Sent::broken || (sent == EventListener::Sent::all && listener.finishing())) {
        remove(id, client);
        return false;
    }
    client.waits_for_room = sent == EventListener::Sent::blocked;
    const std::uint32_t ending = listener.finishing() ? 0U : static_cast<std::uint32_t>(EPOLLRDHUP);
    const std::uint32_t room = client.waits_for_room ? static_cast<std::uint32_t>(EPOLLOUT) : 0U;
    if (client.watched != (ending | room)) {
        client.watched = ending | room;
        watch(EPOLL_CTL_MOD, listener.fd(), id, client.watched);
    }
    return true;
}

void EventHub::Impl::remove(Id id, Client& client) {
    client.listener.close();
    clients_.erase(id);
    note(ListenerChange::left);
    --count;
}

void EventHub::Impl::sweep() {
    for_each([this](Id id, Client& client) {
        if (client.listener.is_unresponsive(now_)) {
            note(ListenerChange::unresponsive);
            remove(id, client);
            return;
        }
        if (client.listener.keep_alive(now_)) {
            send(id, client);
        }
    });
}

void EventHub::Impl::end_all() {
    for_each([this](Id id, Client& client) {
        client.listener.finish();
        if (client.listener.fd() < 0) {
            remove(id, client);
        } else {
            send(id, client);
        }
    });
}

}  // namespace watchtower::http
