#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchtower::http::test {

/// An answer as it came over the wire.
struct RawAnswer {
    std::string head;  ///< status line and headers, with the empty line
    std::string body;

    [[nodiscard]] int status() const;
    /// The header's value; names are compared without case.
    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// A client that sends what it is told, byte for byte, and does not read before it is told to. Every wait ends after
/// ten seconds with std::runtime_error.
class RawClient {
public:
    /// `receive_buffer_bytes` 0: the system's; else little is taken that is not read. `source`: the client's own
    /// IPv4 address.
    explicit RawClient(std::uint16_t port,
                       int receive_buffer_bytes = 0,
                       const std::string& address = "127.0.0.1",
                       const std::string& source = "");
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void send(std::string_view bytes);
    /// Sends GET with a Host header.
    void get(const std::string& path, const std::string& headers = "");
    void finish_sending();

    /// The next answer; `without_body` after HEAD.
    [[nodiscard]] RawAnswer read_answer(bool without_body = false);
    /// Everything until the server closes.
    [[nodiscard]] std::string read_to_end();
    /// True when the server closes, in whatever way, within the deadline without sending anything more.
    [[nodiscard]] bool is_closed_within(std::chrono::milliseconds deadline);
    /// Something has come that was not read yet. Does not wait.
    [[nodiscard]] bool has_input() const;
    /// At most `bytes`, at least one unless the server has closed.
    [[nodiscard]] std::string read_some(std::size_t bytes);

    [[nodiscard]] int fd() const { return fd_; }

private:
    bool fill(std::size_t bytes);
    std::string take(std::size_t bytes);

    int fd_ = -1;
    std::string buffer_;
    std::size_t begin_ = 0;
};

/// A listening socket of a server that never accepts or answers.
class SilentListener {
public:
    SilentListener();
    ~SilentListener();
    SilentListener(const SilentListener&) = delete;
    SilentListener& operator=(const SilentListener&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Accepts one connection; the caller closes it.
    [[nodiscard]] int accept() const;

private:
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace watchtower::http::test
