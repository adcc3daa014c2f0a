#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <pistache/peer.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>

#include "common/http/answer_box.hpp"
#include "common/http/connection.hpp"
#include "common/http/dispatcher.hpp"
#include "common/http/waiting_threads.hpp"

namespace watchtower::http {

/// What the workers of one server have in common.
struct WorkersShared {
    WorkersShared(const ServerOptions& options, std::vector<Route> routes);

    Dispatcher dispatcher;
    const std::shared_ptr<Places> places;
    const std::chrono::milliseconds sweep_interval;
    WaitingThreads waiting;                    // uses the dispatcher
    std::atomic<std::size_t> connections = 0;  ///< with the workers, not with a stream

    /// Makes every worker look at all its connections at once, and often from then on.
    void hurry();
    void add_timer(int fd);

private:
    std::mutex mutex_;
    std::vector<int> timers_;
};

/// Pistache's transport with our own connections on its sockets: of Pistache it uses the queue of new peers, the epoll
/// loop of the worker's thread, and the end of a peer. Reading and writing are Connection's, so nothing of Pistache's
/// write queue, HTTP parser and time-outs is ever used. One for each worker, used by its thread only.
class Worker final : public Pistache::Tcp::Transport {
public:
    explicit Worker(std::shared_ptr<WorkersShared> shared);
    ~Worker() override;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void registerPoller(Pistache::Polling::Epoll& poller) override;
    void onReady(const Pistache::Aio::FdSet& fds) override;
    [[nodiscard]] std::shared_ptr<Pistache::Aio::Handler> clone() const override;

    /// Called by Pistache's handler for a new peer, before its socket is watched.
    void add(const std::shared_ptr<Pistache::Tcp::Peer>& peer);

private:
    using SteadyClock = std::chrono::steady_clock;
    struct Client {
        std::shared_ptr<Pistache::Tcp::Peer> peer;
        std::uint64_t number;  // no other one's of this worker
        Connection connection;
        Place place;
        bool turned_away = false;
        bool wants_room = false;  // what epoll watches: room for output, or input
    };
    using Clients = std::unordered_map<int, Client>;

    void handle(const Pistache::Aio::FdSet::Entry& entry);
    void sweep();
    void take_answers();
    /// Has the client's question answered on a waiting thread.
    [[nodiscard]] Connection::Next let_wait(Client& client);
    [[nodiscard]] Places::Taken take_place(const std::string& address, SteadyClock::time_point now);
    /// Ends the connection that has waited longest for a request, or part of one; false: none has.
    bool close_longest_waiting(SteadyClock::time_point now);
    void turn_away(Client& client, Places::Lack lack, SteadyClock::time_point now);
    Clients::iterator remove(Clients::iterator client);
    Clients::iterator hand_over(Clients::iterator client);
    /// Watches or removes the client; the iterator after it.
    Clients::iterator apply(Clients::iterator client, Connection::Next next);

    const std::shared_ptr<WorkersShared> shared_;
    Clients clients_;
    std::uint64_t last_number_ = 0;
    const std::shared_ptr<AnswerBox> answers_ = std::make_shared<AnswerBox>();
    int timer_ = -1;
    std::size_t turned_away_ = 0;
    bool hurried_ = false;  // the timer runs fast, for connections that pause
};

}  // namespace watchtower::http
