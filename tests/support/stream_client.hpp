#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace watchtower::test {

/// One event as a browser would see it.
struct StreamEvent {
    std::string id;
    std::string name;
    std::string data;
};

/// A listener of Server-Sent Events on 127.0.0.1 that reads only when it is asked what came. Every wait ends after 20
/// to 40 seconds with std::runtime_error that tells what came so far.
class StreamClient {
public:
    /// Connects and sends its request. `header` is one more line of it. `receive_buffer_bytes` 0: the system's.
    StreamClient(int port, const std::string& path, const std::string& header = "", int receive_buffer_bytes = 0);
    ~StreamClient();
    StreamClient(const StreamClient&) = delete;
    StreamClient& operator=(const StreamClient&) = delete;

    /// Of the answer, which is waited for.
    [[nodiscard]] int status();
    /// Status line and headers.
    [[nodiscard]] const std::string& head();

    /// Waits for so many events; the names of all that came.
    std::vector<std::string> names(std::size_t count);
    /// One that came; names() waited for it.
    [[nodiscard]] const StreamEvent& event(std::size_t index) const { return events_.at(index); }
    [[nodiscard]] std::vector<std::string> ids_of(const std::string& name) const;
    /// Milliseconds that it is to wait before it comes again; 0: nothing was said.
    [[nodiscard]] int retry() const { return retry_; }
    [[nodiscard]] std::size_t comments() const { return comments_; }

    /// Reads on until the server ends the stream: true when it did so in order, after a whole event.
    [[nodiscard]] bool ends_cleanly();

private:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// When a wait that begins now has taken too long, whatever comments come meanwhile.
    [[nodiscard]] static TimePoint deadline();
    /// False at the end.
    bool read_more(TimePoint deadline);
    void take_head();
    void take_events();
    void take_block(const std::string& block);

    int fd_ = -1;
    bool was_reset_ = false;
    std::string head_;
    std::string unread_;
    std::vector<StreamEvent> events_;
    int retry_ = 0;
    std::size_t comments_ = 0;
};

}  // namespace watchtower::test
