#include "services/api-gateway/routes/alerts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/world_state/alerts.hpp"

namespace watchtower::gateway {

namespace {

constexpr Milliseconds kDeadline{3'000};

}  // namespace

const Parameter<std::string> kAlertState = choice_parameter(
    {.name = "state", .description = "Which alerts: those that are open, or that were.", .example = "active"},
    {"active", "resolved", "all"});

http::Reply Alerts::list(const http::Request& request) {
    const std::string which = kAlertState.of(request);
    if (which == "active") {
        return current_.active_alerts(request);
    }
    const auto state = current_.state_for(request);
    std::vector<proto::Alert> alerts;
    {
        const Turns::Turn turn(turns_);
        alerts = world_state::resolved_alerts(database_, state->world, kDeadline);
    }
    if (which == "all") {
        // The database may be a tick ahead of the state.
        std::erase_if(alerts, [&active = state->alerts](const proto::Alert& resolved) {
            return std::any_of(active.begin(), active.end(), [&](const auto& one) { return one.id == resolved.id; });
        });
        alerts.insert(alerts.begin(), state->alerts.begin(), state->alerts.end());
    }
    return current_.reply_until_next_tick(
        render(encode_alerts(alerts, state->timestamp), state->tick), *state, request);
}

}  // namespace watchtower::gateway
