#include "tests/integration/collector_source/game.hpp"

#include <algorithm>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

namespace watchtower::collector {

Game::Game(Answer answer) : answer_(std::move(answer)), server_({}, routes()) {}

std::vector<http::Route> Game::routes() {
    std::vector<http::Route> routes;
    for (const char* pattern : {"/nomads", "/api/nomads", "/combat/stats"}) {
        routes.push_back({http::Method::get,
                          pattern,
                          [this](const http::Request& request) { return handle(request); },
                          "",
                          {{"page", ""}, {"token", ""}}});
    }
    return routes;
}

http::Reply Game::handle(const http::Request& request) {
    std::size_t before = 0;
    {
        const std::lock_guard lock(mutex_);
        before = requests_.size();
        requests_.push_back(request);
    }
    return answer_(request, before);
}

void Game::hold() {
    std::unique_lock lock(mutex_);
    released_.wait(lock, [this] { return is_released_; });
}

void Game::release() {
    const std::lock_guard lock(mutex_);
    is_released_ = true;
    released_.notify_all();
}

std::vector<http::Request> Game::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::vector<std::string> Game::targets() const {
    std::vector<std::string> targets;
    for (const auto& request : requests()) {
        targets.push_back(request.target);
    }
    return targets;
}

http::Reply status(int code) {
    http::Reply reply = http::Reply::json("");
    reply.status = code;
    return reply;
}

http::Reply page(const std::string& player, const std::string& next) {
    return http::Reply::json(R"({"next":)" + next + R"(,"nomads":[{"player_id":")" + player + R"("}]})");
}

std::string gzip(const std::string& text) {
    constexpr int kGzip = 16;
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzip, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("deflateInit2 failed");
    }
    std::string packed(deflateBound(&stream, text.size()), '\0');
    std::string copy = text;
    stream.next_in = reinterpret_cast<Bytef*>(copy.data());
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

RawServer::RawServer(std::vector<std::string> answers) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no port to listen on");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answers = std::move(answers)] { serve(answers); });
}

RawServer::~RawServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
}

void RawServer::serve(const std::vector<std::string>& answers) const {
    for (std::size_t connection = 0;; ++connection) {
        const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer < 0) {
            return;
        }
        std::string request;
        char buffer[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const ssize_t got = read(peer, buffer, sizeof buffer);
            if (got <= 0) {
                break;
            }
            request.append(buffer, static_cast<std::size_t>(got));
        }
        const std::string& answer = answers[std::min(connection, answers.size() - 1)];
        (void)send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
        close(peer);
    }
}

}  // namespace watchtower::collector
