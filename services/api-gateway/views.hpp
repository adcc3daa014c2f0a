#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/state.hpp"
#include "services/api-gateway/rendered.hpp"

namespace watchtower::gateway {

/// What is shown of a world from one state and one judgement of its age: everything that is the same for everybody,
/// made once. Immutable.
struct WorldView {
    std::shared_ptr<const proto::State> state;
    proto::StaleSections stale;
    Rendered document;
    std::array<std::optional<Rendered>, proto::kSectionCount> sections;  ///< nothing: never collected
    Rendered alerts;
};

/// Alerts as GET /api/v1/alerts answers them.
[[nodiscard]] std::string encode_alerts(const std::vector<proto::Alert>& alerts, TimePoint timestamp);

/// Renders everything of a state as it is to be shown at `now`.
[[nodiscard]] WorldView make_view(std::shared_ptr<const proto::State> state, TimePoint now);

/// The newest view of each world. A view is made anew when the state is another one or has become stale by age, once
/// and not for each request. Thread-safe; a reader waits only for a rendering of the world it asks for.
class Views {
public:
    explicit Views(const Clock& clock) : clock_(clock) {}

    /// The view of this state, or of a newer one that was given before, at the clock's time.
    [[nodiscard]] std::shared_ptr<const WorldView> of(std::shared_ptr<const proto::State> state);

    /// How often something was rendered.
    [[nodiscard]] std::uint64_t renderings() const;

private:
    struct Slot {
        std::mutex mutex;  ///< held while rendering
        std::shared_ptr<const WorldView> view;
        std::uint64_t renderings = 0;
    };

    [[nodiscard]] std::shared_ptr<Slot> slot(const std::string& world);

    const Clock& clock_;
    mutable std::mutex mutex_;  ///< for the map
    std::map<std::string, std::shared_ptr<Slot>> slots_;
};

/// Until when what this state says is the newest: the next tick. Never before `now`.
[[nodiscard]] std::chrono::seconds left_of_tick(const proto::State& state, TimePoint now);

/// The same without a state: until the next whole minute, at least one second, as Retry-After tells it.
[[nodiscard]] std::chrono::seconds until_next_minute(TimePoint now);

}  // namespace watchtower::gateway
