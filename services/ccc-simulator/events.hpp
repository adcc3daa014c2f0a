#pragma once

#include <deque>

#include "services/ccc-simulator/realm.hpp"

namespace watchtower::simulator {

enum class EventType : std::uint8_t { tempete, raid, benediction, faille };
inline constexpr std::array<std::string_view, 4> kEventNames = {"tempete", "raid", "benediction", "faille"};

struct Event {
    std::uint64_t id = 0;  ///< from 1 in each epoch
    EventType type = EventType::tempete;
    std::vector<PlayerIndex> affected;  ///< each once, in no order
};

struct EventTotals {
    std::uint64_t count = 0;
    std::uint64_t affected = 0;

    void add(const Event& event);
};

/// What strikes several players at once: a storm, a raid by nobody, a blessing, a rift.
class Events {
public:
    /// What one second brings.
    void step(Realm& realm);
    void start_epoch();

    [[nodiscard]] const std::deque<Event>& list() const { return list_; }
    [[nodiscard]] const std::array<EventTotals, kEventNames.size()>& by_type() const { return by_type_; }

private:
    void strike(Realm& realm, EventType type);

    std::deque<Event> list_;
    std::array<EventTotals, kEventNames.size()> by_type_;
    std::uint64_t last_id_ = 0;
};

}  // namespace watchtower::simulator
