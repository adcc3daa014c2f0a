#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/ccc-simulator/world.hpp"
#include "services/collector/model/moderation.hpp"

/// A simulated world read minute by minute, compared and judged by the collector's own functions, in memory.
namespace watchtower::bench {

struct DayOptions {
    simulator::WorldOptions world;
    int minutes = 24 * 60;
    collector::ModerationRules rules;
};

struct Accusation {
    std::string player_id;
    proto::SuspectKind kind = proto::SuspectKind::moves;
    int minute = 0;  ///< of its opening
    double score = 0;
    proto::SuspectEvidence evidence;
};

struct Cheater {
    std::string player_id;
    proto::SuspectKind kind = proto::SuspectKind::moves;
    float strength = 0;
};

struct Day {
    std::vector<Accusation> accusations;           ///< everybody who was accused at any time, once for each kind
    std::vector<Cheater> cheaters;                 ///< the truth
    std::uint64_t players = 0;                     ///< everybody who was in the game
    double seconds = 0;                            ///< of judging alone
    double slowest = 0;                            ///< seconds of the slowest tick of them
    std::map<proto::SuspectKind, double> hottest;  ///< the most heat of somebody who is no cheater
    Milliseconds busiest{0};                       ///< the longest that such a one was busy
};

[[nodiscard]] Day simulate(const DayOptions& options);

}  // namespace watchtower::bench
