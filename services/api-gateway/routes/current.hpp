#pragma once

#include <memory>
#include <utility>

#include "common/base/clock.hpp"
#include "common/http/message.hpp"
#include "services/api-gateway/access.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/views.hpp"
#include "services/api-gateway/worlds_now.hpp"

namespace watchtower::gateway {

/// What is answered from the newest states, without asking anybody. Thread-safe. Everything given must outlive it.
class Current {
public:
    Current(WorldsNow worlds_now, const Access& access, const Clock& clock)
        : worlds_now_(std::move(worlds_now)),
          access_(access),
          clock_(clock),
          views_(clock) {}

    // Handlers; each throws HttpError: 404 for an unknown world, 503 with Retry-After before its first state.
    [[nodiscard]] http::Reply document(const http::Request& request);
    [[nodiscard]] http::Reply section(const http::Request& request, proto::Section section);
    [[nodiscard]] http::Reply active_alerts(const http::Request& request);
    [[nodiscard]] http::Reply worlds(const http::Request& request);

    /// "ok", "degraded" (something of the first world is stale) or "starting" (it has no state).
    [[nodiscard]] const char* status() const;

    /// The world that ?world= names, or the first one. Throws as the handlers do.
    [[nodiscard]] world_state::World world_for(const http::Request& request) const;

    /// Its newest state. Throws as the handlers do.
    [[nodiscard]] std::shared_ptr<const proto::State> state_for(const http::Request& request) const;

    /// Renders what will be asked for next, so that the first request does not wait.
    std::shared_ptr<const WorldView> prepare(const std::shared_ptr<const proto::State>& state) {
        return views_.of(state);
    }

    /// A reply that is good until the state's next tick.
    [[nodiscard]] http::Reply reply_until_next_tick(const Rendered& rendered,
                                                    const proto::State& state,
                                                    const http::Request& request) const;

    /// How often documents were rendered.
    [[nodiscard]] std::uint64_t renderings() const { return views_.renderings(); }

private:
    const WorldsNow worlds_now_;
    const Access& access_;
    const Clock& clock_;
    Views views_;
};

/// Cache-Control for a reply that is good for `left`: for caches that many share too, unless who may read depends on
/// a key.
[[nodiscard]] std::string cache_control(const Access& access, std::chrono::seconds left);

/// The headers that say which world and tick a reply tells of, and that they are no real game's.
void add_origin(http::Reply& reply, std::string_view world, TimePoint tick, bool simulated);

}  // namespace watchtower::gateway
