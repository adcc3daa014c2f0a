#include "common/http/server.hpp"

#include <cctype>
#include <thread>
#include <utility>

#include <pistache/listener.h>
#include <pistache/net.h>

#include "common/base/log.hpp"
#include "common/http/worker.hpp"

namespace watchtower::http {

namespace {

constexpr std::chrono::milliseconds kGracePoll(2);
constexpr int kBacklog = 1024;

std::string bracketed(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::string with_small_initial(std::string text) {
    if (!text.empty()) {
        text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    }
    return text;
}

/// Pistache's listener takes a handler for itself, beside those of the transports; it calls it never.
class Unused final : public Pistache::Tcp::Handler {
public:
    PROTOTYPE_OF(Pistache::Tcp::Handler, Unused)
    void onInput(const char* /*buffer*/,
                 size_t /*length*/,
                 const std::shared_ptr<Pistache::Tcp::Peer>& /*peer*/) override {}
};

}  // namespace

struct Server::Impl {
    std::shared_ptr<WorkersShared> shared;
    std::unique_ptr<Pistache::Tcp::Listener> listener;

    void listen(const ServerOptions& options) {
        using Pistache::Tcp::Options;
        Pistache::Flags<Options> flags(Options::ReuseAddr);
        flags = flags | Options::NoDelay | Options::CloseOnExec;
        listener = std::make_unique<Pistache::Tcp::Listener>();
        listener->init(static_cast<std::size_t>(options.threads), flags, "http", kBacklog);
        listener->setHandler(std::make_shared<Unused>());
        listener->setTransportFactory([this] { return std::make_shared<Worker>(shared); });
        const auto host = bracketed(options.address);
        try {
            listener->bind(Pistache::Address(host, Pistache::Port(options.port)));
        } catch (const std::exception& e) {
            throw Unavailable("listen " + host + ":" + std::to_string(options.port) + ": " +
                              with_small_initial(e.what()));
        }
        listener->runThreaded();
    }
};

Server::Server(ServerOptions options, std::vector<Route> routes) : impl_(std::make_unique<Impl>()) {
    impl_->shared = std::make_shared<WorkersShared>(options, std::move(routes));
    impl_->listen(options);
    log::info("http_listening", {{"address", options.address}, {"port", port()}});
}

Server::~Server() {
    impl_->shared->dispatcher.stop();
    impl_->shared->hurry();
    // Nobody notifies when a connection ends: it happens once in a process's life, and not at a worker's cost.
    const auto deadline = std::chrono::steady_clock::now() + impl_->shared->dispatcher.options().stop_timeout;
    while (impl_->shared->connections > 0 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(kGracePoll);
    }
    impl_->listener->shutdown();
    impl_->listener.reset();
    impl_->shared->waiting.stop();
}

std::uint16_t Server::port() const {
    return impl_->listener->getPort();
}

}  // namespace watchtower::http
