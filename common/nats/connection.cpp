#include "common/nats/connection.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"

namespace watchtower::nats {

namespace {

constexpr std::chrono::milliseconds kWriteDeadline{1000};
constexpr int kMostPingsOut = 2;
constexpr std::size_t kMostRetired = 100;

/// Slow handlers and what the server refuses later (a subject this user may not read). It gets no pointer of ours:
/// nothing says when it is called for the last time.
void on_error(natsConnection* connection, natsSubscription*, natsStatus status, void*) noexcept {
    const char* detail = nullptr;
    (void)natsConnection_GetLastError(connection, &detail);
    log::warn("nats_error", {{"error", natsStatus_GetText(status)}, {"detail", detail == nullptr ? "" : detail}});
}

OptionsHandle make_options(const Options& options, const Server& server) {
    const auto check = [](natsStatus status) { throw_if_failed(status, "nats options"); };
    natsOptions* created = nullptr;
    check(natsOptions_Create(&created));
    OptionsHandle handle(created);
    check(natsOptions_SetURL(created, ((server.tls ? "tls://" : "nats://") + server.to_string()).c_str()));
    check(natsOptions_SetAllowReconnect(created, false));
    check(natsOptions_SetIgnoreDiscoveredServers(created, true));
    check(natsOptions_SetTimeout(created, options.timeout.count()));
    check(natsOptions_SetPingInterval(created, options.ping_interval.count()));
    check(natsOptions_SetMaxPingsOut(created, kMostPingsOut));
    check(natsOptions_SetWriteDeadline(created, kWriteDeadline.count()));
    check(natsOptions_SetErrorHandler(created, on_error, nullptr));
    if (!options.name.empty()) {
        check(natsOptions_SetName(created, options.name.c_str()));
    }
    if (!server.token.empty()) {
        check(natsOptions_SetToken(created, server.token.c_str()));
    } else if (!server.user.empty()) {
        check(natsOptions_SetUserInfo(created, server.user.c_str(), server.password.c_str()));
    }
    if (!options.creds_file.empty()) {
        check(natsOptions_SetUserCredentialsFromFiles(created, options.creds_file.c_str(), nullptr));
    }
    if (!options.ca_file.empty()) {
        check(natsOptions_LoadCATrustedCertificates(created, options.ca_file.c_str()));
    }
    if (server.tls || !options.ca_file.empty()) {
        check(natsOptions_SetSecure(created, true));
    }
    return handle;
}

}  // namespace

Connection::Connection(const Options& options, const Server& server, std::function<void()> on_end)
    : name_("nats " + server.to_string()),
      on_end_(std::move(on_end)) {
    const OptionsHandle library_options = make_options(options, server);
    throw_if_failed(natsOptions_SetClosedCB(library_options.get(), &on_closed, this), name_);
    throw_if_failed(natsConnection_Connect(&connection_, library_options.get()), name_ + ": connecting");
}

Connection::~Connection() {
    close();
    retired_.clear();
    natsConnection_Destroy(connection_);
}

void Connection::on_closed(natsConnection* connection, void* self) noexcept {
    auto* const connected = static_cast<Connection*>(self);
    const char* why = nullptr;
    (void)natsConnection_GetLastError(connection, &why);
    connected->end(why == nullptr || *why == '\0' ? "closed" : why);
    // The last touch: close() and with it the destructor go on now.
    const std::lock_guard lock(connected->mutex_);
    connected->library_is_done_ = true;
    connected->changed_.notify_all();
}

void Connection::end(const std::string& why) {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(ended_, true)) {
            return;
        }
        why_ended_ = why;
    }
    on_end_();
}

bool Connection::has_ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
}

std::string Connection::why_ended() const {
    const std::lock_guard lock(mutex_);
    return why_ended_;
}

void Connection::abandon(const std::string& why) {
    end(why);
}

void Connection::retire(SubscriptionHandle subscription) {
    (void)natsSubscription_Unsubscribe(subscription.get());
    std::vector<SubscriptionHandle> idle;
    {
        const std::lock_guard lock(mutex_);
        retired_.push_back(std::move(subscription));
        if (retired_.size() < kMostRetired) {
            return;
        }
        idle.swap(retired_);
    }
    // The thread that reads this answer has done with every message before it.
    if (natsConnection_FlushTimeout(connection_, kWriteDeadline.count()) != NATS_OK) {
        const std::lock_guard lock(mutex_);
        std::move(idle.begin(), idle.end(), std::back_inserter(retired_));
    }
}

void Connection::close() {
    natsConnection_Close(connection_);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return library_is_done_; });
}

}  // namespace watchtower::nats
