#include "tests/support/stream_client.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace watchtower::test {

namespace {

constexpr std::chrono::seconds kDeadline{20};

}  // namespace

StreamClient::StreamClient(int port, const std::string& path, const std::string& header, int receive_buffer_bytes)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    const timeval silence{kDeadline.count(), 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n" + header +
                                (header.empty() ? "" : "\r\n") + "\r\n";
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        const std::string why = std::strerror(errno);
        ::close(fd_);
        throw std::runtime_error("stream client: " + why);
    }
}

StreamClient::~StreamClient() {
    ::close(fd_);
}

int StreamClient::status() {
    return std::stoi(head().substr(head().find(' ') + 1));
}

const std::string& StreamClient::head() {
    const auto end = deadline();
    while (head_.empty()) {
        if (!read_more(end)) {
            throw std::runtime_error("stream client: the connection ended without an answer");
        }
    }
    return head_;
}

std::vector<std::string> StreamClient::names(std::size_t count) {
    const auto end = deadline();
    while (events_.size() < count) {
        if (!read_more(end)) {
            throw std::runtime_error("stream client: the stream ended after " + std::to_string(events_.size()) +
                                     " events: " + head_ + unread_);
        }
    }
    std::vector<std::string> names;
    names.reserve(events_.size());
    for (const StreamEvent& event : events_) {
        names.push_back(event.name);
    }
    return names;
}

std::vector<std::string> StreamClient::ids_of(const std::string& name) const {
    std::vector<std::string> ids;
    for (const StreamEvent& event : events_) {
        if (event.name == name) {
            ids.push_back(event.id);
        }
    }
    return ids;
}

bool StreamClient::ends_cleanly() {
    const auto end = deadline();
    while (read_more(end)) {
    }
    return !was_reset_ && unread_.empty();
}

StreamClient::TimePoint StreamClient::deadline() {
    return std::chrono::steady_clock::now() + kDeadline;
}

bool StreamClient::read_more(TimePoint deadline) {
    constexpr std::size_t kPiece = 64UL * 1024;
    std::array<char, kPiece> piece{};
    const auto got = ::recv(fd_, piece.data(), piece.size(), 0);
    const bool is_silent = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (is_silent || std::chrono::steady_clock::now() > deadline) {
        throw std::runtime_error("stream client: it did not come; so far " + std::to_string(events_.size()) +
                                 " events: " + head_ + unread_);
    }
    if (got <= 0) {
        was_reset_ = got < 0;
        return false;
    }
    unread_.append(piece.data(), static_cast<std::size_t>(got));
    if (head_.empty()) {
        take_head();
    }
    if (!head_.empty()) {
        take_events();
    }
    return true;
}

void StreamClient::take_head() {
    if (const auto end = unread_.find("\r\n\r\n"); end != std::string::npos) {
        head_ = unread_.substr(0, end + 4);
        unread_.erase(0, end + 4);
    }
}

void StreamClient::take_events() {
    std::size_t begin = 0;
    for (auto end = unread_.find("\n\n"); end != std::string::npos; end = unread_.find("\n\n", begin)) {
        take_block(unread_.substr(begin, end - begin));
        begin = end + 2;
    }
    unread_.erase(0, begin);
}

void StreamClient::take_block(const std::string& block) {
    StreamEvent event;
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("id: ")) {
            event.id = line.substr(4);
        } else if (line.starts_with("event: ")) {
            event.name = line.substr(7);
        } else if (line.starts_with("data: ")) {
            event.data += (event.data.empty() ? "" : "\n") + line.substr(6);
        } else if (line.starts_with("retry: ")) {
            retry_ = std::stoi(line.substr(7));
        } else if (line.starts_with(':')) {
            ++comments_;
        } else {
            throw std::runtime_error("stream client: no line of an event: " + line);
        }
    }
    if (!event.name.empty()) {
        events_.push_back(std::move(event));
    }
}

}  // namespace watchtower::test
