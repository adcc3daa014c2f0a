#include "services/api-gateway/routes/current.hpp"

#include <algorithm>

#include "proto-json/json_value.hpp"
#include "proto-json/names.hpp"

namespace watchtower::gateway {

namespace {

[[noreturn]] void throw_not_yet(const std::string& detail, std::chrono::seconds left) {
    throw http::HttpError(
        503, detail, {{"Retry-After", std::to_string(std::max(left, std::chrono::seconds(1)).count())}});
}

void append_state(std::string& out, const proto::State* state, TimePoint now) {
    out += R"(,"simulated":)";
    out += state == nullptr ? "null" : state->simulated ? "true" : "false";
    out += R"(,"epoch":)";
    out += state == nullptr ? "null" : std::to_string(state->epoch);
    out += R"(,"tick":)";
    proto::append_time(out, state == nullptr ? std::nullopt : std::optional(state->tick));
    out += R"(,"timestamp":)";
    proto::append_time(out, state == nullptr ? std::nullopt : std::optional(state->timestamp));
    out += R"(,"interval_seconds":)";
    out += state == nullptr ? "null" : to_epoch_seconds(TimePoint(state->interval));
    out += R"(,"stale_sections":[)";
    const char* separator = "\"";
    const proto::StaleSections stale = state == nullptr ? proto::StaleSections() : proto::staleness(*state, now);
    for (const proto::Section section : proto::kSections) {
        if (stale[proto::index(section)]) {
            out.append(separator).append(proto::to_text(section)).append("\"");
            separator = ",\"";
        }
    }
    out += ']';
}

}  // namespace

std::string cache_control(const Access& access, std::chrono::seconds left) {
    return std::string(access.reads_need_key() ? "private" : "public") + ", max-age=" + std::to_string(left.count());
}

void add_origin(http::Reply& reply, std::string_view world, TimePoint tick, bool simulated) {
    reply.with(std::string(proto::kWorldHeader), std::string(world));
    reply.with(std::string(proto::kTickHeader), to_epoch_seconds(tick));
    if (simulated) {
        reply.with(std::string(proto::kSimulatedHeader), "true");
    }
}

world_state::World Current::world_for(const http::Request& request) const {
    const auto name = kWorld.find(request);
    const auto worlds = worlds_now_();
    if (worlds->all.empty()) {
        throw_not_yet("no world is known yet", until_next_minute(clock_.now()));
    }
    const world_state::World* world = name ? worlds->find(*name) : worlds->first();
    if (world == nullptr) {
        throw http::HttpError(404, "there is no world '" + *name + "'");
    }
    return *world;
}

std::shared_ptr<const proto::State> Current::state_for(const http::Request& request) const {
    auto state = world_for(request).state;
    if (!state) {
        throw_not_yet("nothing was collected of this world yet", until_next_minute(clock_.now()));
    }
    return state;
}

http::Reply Current::reply_until_next_tick(const Rendered& rendered,
                                           const proto::State& state,
                                           const http::Request& request) const {
    http::Reply reply = reply_with(rendered, request);
    reply.with("Cache-Control", cache_control(access_, left_of_tick(state, clock_.now())));
    add_origin(reply, state.world, state.tick, state.simulated);
    return reply;
}

http::Reply Current::document(const http::Request& request) {
    const auto view = views_.of(state_for(request));
    return reply_until_next_tick(view->document, *view->state, request);
}

http::Reply Current::section(const http::Request& request, proto::Section section) {
    const auto view = views_.of(state_for(request));
    const auto& rendered = view->sections[proto::index(section)];
    if (!rendered) {
        throw_not_yet(std::string(proto::to_text(section)) + " were never collected of this world",
                      left_of_tick(*view->state, clock_.now()));
    }
    return reply_until_next_tick(*rendered, *view->state, request);
}

http::Reply Current::active_alerts(const http::Request& request) {
    const auto view = views_.of(state_for(request));
    return reply_until_next_tick(view->alerts, *view->state, request);
}

http::Reply Current::worlds(const http::Request& request) {
    const TimePoint now = clock_.now();
    std::string out = R"({"worlds":[)";
    bool first = true;
    for (const world_state::World& world : worlds_now_()->all) {
        out += first ? R"({"name":")" : R"(,{"name":")";
        out += world.name + R"(","default":)" + (first ? "true" : "false");
        append_state(out, world.state.get(), now);
        out += '}';
        first = false;
    }
    return reply_with(render(out + "]}", TimePoint()), request).with("Cache-Control", "no-cache");
}

const char* Current::status() const {
    const auto worlds = worlds_now_();
    const world_state::World* first = worlds->first();
    if (first == nullptr || !first->state) {
        return "starting";
    }
    const auto stale = proto::staleness(*first->state, clock_.now());
    const bool fresh = std::none_of(stale.begin(), stale.end(), [](const auto& section) { return section; });
    return fresh ? "ok" : "degraded";
}

}  // namespace watchtower::gateway
