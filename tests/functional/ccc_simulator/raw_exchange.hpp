#pragma once

#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace watchtower::test {

/// Sends one request without any library between and returns all bytes that come until the connection ends: for
/// methods and broken answers that a good client has not.
inline std::string raw_exchange(int port, const std::string& method, const std::string& path, const std::string& body) {
    const std::string request = method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
        char piece[4096];
        for (ssize_t size = 0; (size = ::recv(fd, piece, sizeof piece, 0)) > 0;) {
            answer.append(piece, static_cast<std::size_t>(size));
        }
    }
    ::close(fd);
    return answer;
}

}  // namespace watchtower::test
