#include "tests/support/raw_client.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace watchtower::http::test {

namespace {

constexpr std::chrono::milliseconds kPatience(10'000);
constexpr std::size_t kChunk = 64UL * 1024;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), "raw client: " + what);
}

bool is_readable_within(int fd, std::chrono::milliseconds deadline) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(deadline.count())) > 0;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

int RawAnswer::status() const {
    return head.starts_with("HTTP/1.1 ") ? std::stoi(head.substr(9, 3)) : -1;
}

std::optional<std::string> RawAnswer::header(std::string_view name) const {
    const auto start = lower(head).find("\r\n" + lower(std::string(name)) + ": ");
    if (start == std::string::npos) {
        return std::nullopt;
    }
    const auto value = start + 2 + name.size() + 2;
    return head.substr(value, head.find("\r\n", value) - value);
}

RawClient::RawClient(std::uint16_t port,
                     int receive_buffer_bytes,
                     const std::string& address,
                     const std::string& source) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        throw std::runtime_error("raw client: no such address " + address);
    }
    fd_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    if (!source.empty()) {
        sockaddr_in own{};
        own.sin_family = AF_INET;
        ::inet_pton(AF_INET, source.c_str(), &own.sin_addr);
        if (::bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0) {
            fail("bind");
        }
    }
    const int result = ::connect(fd_, found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    if (result != 0) {
        const int error = errno;
        ::close(fd_);
        errno = error;
        fail("connect");
    }
}

RawClient::~RawClient() {
    ::close(fd_);
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            fail("send");
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::get(const std::string& path, const std::string& headers) {
    send("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
}

void RawClient::finish_sending() {
    ::shutdown(fd_, SHUT_WR);
}

bool RawClient::fill(std::size_t bytes) {
    if (!is_readable_within(fd_, kPatience)) {
        throw std::runtime_error("raw client: nothing came");
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    const auto had = buffer_.size();
    buffer_.resize(had + bytes);
    const auto got = ::recv(fd_, buffer_.data() + had, bytes, 0);
    buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) {
        fail("recv");
    }
    return got > 0;
}

std::string RawClient::take(std::size_t bytes) {
    auto taken = buffer_.substr(begin_, bytes);
    begin_ += taken.size();
    return taken;
}

std::string RawClient::read_some(std::size_t bytes) {
    if (begin_ == buffer_.size()) {
        fill(bytes);
    }
    return take(bytes);
}

RawAnswer RawClient::read_answer(bool without_body) {
    const auto fill_or_throw = [this] {
        if (!fill(kChunk)) {
            throw std::runtime_error("raw client: closed after: " + buffer_.substr(begin_, 200));
        }
    };
    while (buffer_.find(kHeadEnd, begin_) == std::string::npos) {
        fill_or_throw();
    }
    RawAnswer answer;
    answer.head = take(buffer_.find(kHeadEnd, begin_) + kHeadEnd.size() - begin_);
    const auto length = answer.header("Content-Length");
    const std::size_t body_bytes = length && !without_body ? std::stoul(*length) : 0;
    while (buffer_.size() - begin_ < body_bytes) {
        fill_or_throw();
    }
    answer.body = take(body_bytes);
    return answer;
}

std::string RawClient::read_to_end() {
    std::string all;
    for (;;) {
        const auto some = read_some(kChunk);
        if (some.empty()) {
            return all;
        }
        all += some;
    }
}

bool RawClient::is_closed_within(std::chrono::milliseconds deadline) {
    char byte = 0;
    return begin_ == buffer_.size() && is_readable_within(fd_, deadline) && ::recv(fd_, &byte, 1, 0) <= 0;
}

bool RawClient::has_input() const {
    char byte = 0;
    return begin_ < buffer_.size() || ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
}

SilentListener::SilentListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(fd_, 16) != 0 ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        fail("listen");
    }
    port_ = ntohs(address.sin_port);
}

SilentListener::~SilentListener() {
    ::close(fd_);
}

int SilentListener::accept() const {
    if (!is_readable_within(fd_, kPatience)) {
        throw std::runtime_error("raw listener: nobody came");
    }
    return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
}

}  // namespace watchtower::http::test
