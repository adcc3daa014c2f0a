#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

namespace watchtower::test {

/// A TCP proxy on a free port of 127.0.0.1 before a port of 127.0.0.1, to make the network between two processes fail.
/// Each change has taken effect when its call returns. Thread-safe.
class TcpGate {
public:
    /// Passes everything. Nobody needs to listen on `target_port` yet: until then clients are connected and closed.
    explicit TcpGate(int target_port);
    ~TcpGate();
    TcpGate(const TcpGate&) = delete;
    TcpGate& operator=(const TcpGate&) = delete;

    [[nodiscard]] int port() const { return port_; }

    /// Closes all connections and refuses new ones.
    void cut();
    /// Takes and keeps connections, and passes nothing: a network that swallows everything.
    void freeze();
    /// Passes every byte this long after it came.
    void delay(std::chrono::milliseconds by);
    /// Passes at once, what a frozen gate holds back too.
    void resume();

    /// Connections that were taken so far.
    [[nodiscard]] std::size_t connections() const;

private:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class Mode { pass, frozen, cut };
    struct Chunk {
        TimePoint due;
        std::string bytes;
    };
    /// One direction of a connection.
    struct Flow {
        std::deque<Chunk> chunks;
        std::size_t held_bytes = 0;
        bool source_ended = false;
        bool end_passed_on = false;
    };
    struct Connection {
        int client = -1;
        int target = -1;  ///< connected at the first moment the gate is not frozen
        Flow to_target;
        Flow to_client;
        bool broken = false;
    };

    void change(Mode mode, std::chrono::milliseconds delay);
    void loop();
    bool apply_changes();
    void wait_for_work();
    void add_poll(int fd, const Flow& from, const Flow& to);
    void take_connections();
    void serve(Connection& connection) const;
    void read(int fd, Flow& flow, Connection& connection) const;
    void write(int fd, Flow& flow, Connection& connection) const;
    void listen();
    [[nodiscard]] int wait_milliseconds() const;

    const int target_port_;
    int port_ = 0;
    int reserved_ = -1;  ///< bound and never listening: keeps the port ours while it refuses
    int wake_ = -1;

    mutable std::mutex mutex_;
    std::condition_variable applied_;
    Mode wanted_mode_ = Mode::pass;
    std::chrono::milliseconds wanted_delay_{0};
    std::uint64_t wanted_ = 0;
    std::uint64_t done_ = 0;
    std::size_t taken_ = 0;
    bool stopping_ = false;

    // the thread's own
    int listener_ = -1;
    Mode mode_ = Mode::pass;
    std::chrono::milliseconds delay_{0};
    std::list<Connection> open_;
    std::vector<pollfd> polls_;
    std::thread thread_;
};

}  // namespace watchtower::test
