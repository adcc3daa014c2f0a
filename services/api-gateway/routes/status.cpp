#include "services/api-gateway/routes/status.hpp"

#include "common/http/waiting.hpp"
#include "common/world_state/replicas.hpp"

namespace watchtower::gateway {

namespace {

constexpr std::chrono::seconds kGoodFor{1};

}  // namespace

Status::Replicas Status::replicas() {
    const std::unique_lock asking(asking_, std::try_to_lock);
    {
        const std::lock_guard lock(mutex_);
        const bool is_fresh = asked_ && std::chrono::steady_clock::now() < *asked_ + kGoodFor;
        if (is_fresh || !asking) {
            return replicas_;
        }
    }
    http::about_to_wait();
    Replicas found;
    try {
        found = world_state::living_replicas(redis_);
    } catch (const Error&) {  // told as not known; the client's dependency has logged why
    }
    const std::lock_guard lock(mutex_);
    replicas_ = found;
    asked_ = std::chrono::steady_clock::now();
    return found;
}

http::Reply Status::show(const http::Request& /*request*/) {
    StatusNow status;
    status.replicas = replicas();
    status.status = current_.status();
    status.dependencies = dependencies_;
    status.worlds = worlds_now_();
    status.now = clock_.now();
    return http::Reply::json(encode(status)).with("Cache-Control", "no-store");
}

}  // namespace watchtower::gateway
