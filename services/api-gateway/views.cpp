#include "services/api-gateway/views.hpp"

#include <algorithm>
#include <utility>

#include "proto-json/json_value.hpp"

namespace watchtower::gateway {

std::string encode_alerts(const std::vector<proto::Alert>& alerts, TimePoint timestamp) {
    std::string out = R"({"total_alerts":)";
    proto::append_count(out, alerts.size());
    out += R"(,"alerts":[)";
    const char* separator = "";
    for (const proto::Alert& alert : alerts) {
        out += separator + proto::encode(alert);
        separator = ",";
    }
    out += R"(],"timestamp":)";
    proto::append_time(out, timestamp);
    return out + '}';
}

WorldView make_view(std::shared_ptr<const proto::State> state, TimePoint now) {
    const proto::Document document = proto::document_at(*state, now);
    WorldView view;
    view.stale = document.stale;
    view.document = render(proto::encode(document), state->tick);
    for (const proto::Section section : proto::kSections) {
        if (auto body = proto::encode_section(document, section)) {
            view.sections[proto::index(section)] = render(*std::move(body), state->tick);
        }
    }
    view.alerts = render(encode_alerts(state->alerts, state->timestamp), state->tick);
    view.state = std::move(state);
    return view;
}

std::shared_ptr<Views::Slot> Views::slot(const std::string& world) {
    const std::lock_guard lock(mutex_);
    auto& slot = slots_[world];
    if (!slot) {
        slot = std::make_shared<Slot>();
    }
    return slot;
}

std::shared_ptr<const WorldView> Views::of(std::shared_ptr<const proto::State> state) {
    const auto slot = this->slot(state->world);
    const std::lock_guard lock(slot->mutex);
    if (slot->view && slot->view->state->tick > state->tick) {
        state = slot->view->state;  // who asks was overtaken by a newer state
    }
    const TimePoint now = clock_.now();
    if (!slot->view || slot->view->state != state || slot->view->stale != proto::staleness(*state, now)) {
        slot->view = std::make_shared<const WorldView>(make_view(state, now));
        ++slot->renderings;
    }
    return slot->view;
}

std::uint64_t Views::renderings() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& [world, slot] : slots_) {
        const std::lock_guard slot_lock(slot->mutex);
        sum += slot->renderings;
    }
    return sum;
}

std::chrono::seconds left_of_tick(const proto::State& state, TimePoint now) {
    const auto left = std::chrono::floor<std::chrono::seconds>(state.tick + state.interval - now);
    return std::clamp(left, std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(state.interval));
}

std::chrono::seconds until_next_minute(TimePoint now) {
    constexpr auto kMinute = std::chrono::minutes(1);
    return std::chrono::ceil<std::chrono::seconds>(tick_at_or_before(now, kMinute) + kMinute - now);
}

}  // namespace watchtower::gateway
