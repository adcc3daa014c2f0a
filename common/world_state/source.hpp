#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"

namespace watchtower::world_state {

struct ListedWorld {
    std::string name;
    std::int64_t position = 0;

    bool operator==(const ListedWorld&) const = default;
};

/// A state as it lies in a store.
struct StoredState {
    TimePoint tick;
    std::string text;  ///< encode(State)
};

/// A store that states can be read from. One thread at a time. All throw Unavailable or Error as the store's client
/// does.
class StateSource {
public:
    virtual ~StateSource() = default;

    /// "redis" or "postgres": label values and logs.
    [[nodiscard]] virtual const char* name() const = 0;

    /// The worlds that the store knows, in no order.
    [[nodiscard]] virtual std::vector<ListedWorld> worlds() = 0;

    /// The newest state of the world when it is newer than `than` (nothing: any is). Throws BadInput when there is
    /// something that is no state's.
    [[nodiscard]] virtual std::optional<StoredState> newer(const std::string& world, std::optional<TimePoint> than) = 0;
};

}  // namespace watchtower::world_state
