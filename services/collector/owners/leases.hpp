#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"

namespace watchtower::collector {

/// The leases on worlds in Redis, as one collector renews, takes and hands them over. Each step is one script, so that
/// collectors never see each other's half-done steps. Worlds are meant by their position in the list given. One thread.
///
/// Collectors may have different lists of worlds: each compares only how the worlds of its own list are spread, and
/// asks only for those.
///
/// All functions throw what redis::Client does; whatever was done then shows in the next round.
class Leases {
public:
    /// What the collector wants of a world.
    enum class Wish : char {
        no = '-',    ///< nothing in particular
        keep = 'k',  ///< it has it: to be had again should Redis have forgotten it
        need = 'n',  ///< nobody takes it: to be taken even beyond the fair share
        shun = 's'   ///< not to be taken
    };
    enum class Place : char {
        free = 'f',    ///< nobody's, and may be taken
        others = 'o',  ///< not to be had
        mine = 'm',
        wanted = 'w'  ///< mine, and a collector with fewer worlds asks for it
    };
    struct Answer {
        std::vector<Place> worlds;
        std::size_t collectors = 0;  ///< alive, this one included
    };

    Leases(redis::Client& redis, std::string id, const std::vector<std::string>& worlds, Milliseconds lease);

    /// One round: heartbeat; renews the leases held; takes back what is to be kept and has no owner; takes free worlds
    /// up to the fair share; and asks the collectors with the most worlds for some of theirs, until nobody has more
    /// than one more than this one. When no collector lives, whoever comes back has to settle first: for kSettling all
    /// only keep what they had, unless this collector is `fresh`, that is, has no past.
    [[nodiscard]] Answer round(const std::vector<Wish>& wishes, bool fresh);

    /// Gives worlds to the collectors that ask for them. Those that are no longer this one's.
    [[nodiscard]] std::vector<std::size_t> hand_over(const std::vector<std::size_t>& worlds);

    /// Makes all worlds of this collector free and ends its heartbeat.
    void release();

    /// Longer than a collector takes to find out that Redis is back.
    static constexpr Milliseconds kSettling{3'000};

private:
    using Keys = std::vector<std::string_view>;

    redis::Client& redis_;
    const std::string id_;
    const std::string lease_ms_;
    std::vector<std::string> owner_keys_;
    std::vector<std::string> wanted_keys_;
    std::minstd_rand random_;
};

}  // namespace watchtower::collector
