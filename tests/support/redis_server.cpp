#include "tests/support/redis_server.hpp"

#include <csignal>
#include <cstring>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/url_text.hpp"

namespace watchtower::test {

namespace {

constexpr int kPortTries = 5;

/// What a server on a unix socket answers at first; empty when nobody does.
std::string first_answer(const std::filesystem::path& socket_path, const std::string& question) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
    const timeval second{1, 0};
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    char answer[128];
    ssize_t size = 0;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, question.data(), question.size(), MSG_NOSIGNAL) > 0) {
        size = ::recv(fd, answer, sizeof answer, 0);
    }
    ::close(fd);
    return {answer, static_cast<std::size_t>(size > 0 ? size : 0)};
}

}  // namespace

RedisServer::RedisServer(Options options) : options_(std::move(options)) {
    std::signal(SIGPIPE, SIG_IGN);
    for (int tries = 1;; ++tries) {
        set_port(free_port());
        try {
            start();
            return;
        } catch (const std::runtime_error&) {
            if (tries == kPortTries) {
                throw;
            }
        }
    }
}

std::vector<std::string> RedisServer::command() {
    std::error_code none;
    std::filesystem::remove(folder() / "redis.sock", none);
    std::vector<std::string> words = {"redis-server",
                                      "--bind",
                                      "127.0.0.1",
                                      "--port",
                                      std::to_string(port()),
                                      "--unixsocket",
                                      (folder() / "redis.sock").string(),
                                      "--dir",
                                      folder().string(),
                                      "--save",
                                      "",
                                      "--appendonly",
                                      options_.append_only ? "yes" : "no",
                                      "--appendfsync",
                                      "always",
                                      "--requirepass",
                                      options_.password};
    words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
    return words;
}

bool RedisServer::is_ready(pid_t) {
    const std::string answer = first_answer(folder() / "redis.sock", "PING\r\n");
    return answer.starts_with("+PONG") || answer.starts_with("-NOAUTH");
}

std::string RedisServer::user_info() const {
    return options_.password.empty() ? "" : ":" + percent_encoded(options_.password) + "@";
}

std::string RedisServer::url(int database) const {
    return "redis://" + user_info() + "127.0.0.1:" + std::to_string(port()) + "/" + std::to_string(database);
}

std::string RedisServer::unix_url(int database) const {
    return "unix://" + user_info() + (folder() / "redis.sock").string() + "?db=" + std::to_string(database);
}

}  // namespace watchtower::test
