#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace watchtower::bench {

/// Throws when a call of the system has failed.
inline int checked(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

/// CLOCK_MONOTONIC in seconds: the same for all processes, and Python's time.monotonic().
inline double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// `last` of 127.0.`third`.`last`.
inline sockaddr_in loopback(std::uint16_t port, unsigned third = 0, unsigned last = 1) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    constexpr std::uint32_t kNetwork = 127U << 24U;
    address.sin_addr.s_addr = htonl(kNetwork | (third << 8U) | last);
    return address;
}

inline const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

inline void allow_many_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Sends all of it, however long that takes.
inline void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        checked(static_cast<int>(sent), "send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace watchtower::bench
