#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "services/collector/model/moderation.hpp"
#include "services/collector/model/world.hpp"

/// Inside of moderation: what a whole window tells. Pure.
namespace watchtower::collector {

/// More than is plausible.
struct Exceedance {
    proto::SuspectKind kind = proto::SuspectKind::moves;
    NameTable::Id player = 0;
    proto::SuspectEvidence evidence;
};

/// What a window says of the players.
struct WindowFindings {
    std::array<bool, proto::kSuspectKinds.size()> judged{};  ///< kinds that the window is complete for
    std::vector<Exceedance> exceedances;
    bool judged_busy = false;         ///< whether `busy` says anything
    std::vector<NameTable::Id> busy;  ///< players who did more than `restless` actions a minute
    std::vector<proto::SuspectKind> doubtful;
    Milliseconds length{0};
};

/// What the step adds to the sums of a window that it belongs to.
void add_to_window(std::vector<ModerationWindow::Sums>& sums, const WorldMemory& world, const Step& step);

/// Whether the step's tick is the first of a window.
[[nodiscard]] bool begins_window(const ModerationWindow& window, const Step& step, const ModerationRules& rules);

/// Judges the world's window, which ends with the step's read.
[[nodiscard]] WindowFindings judge_window(const WorldMemory& world, const Step& step, const ModerationRules& rules);

/// What the step's tick alone tells of a player and a kind; nothing when it does not tell.
struct Told {
    double value = 0;
    Milliseconds since{0};  ///< the section's last good read
};
[[nodiscard]] std::optional<Told> told_by_tick(const WorldMemory& world,
                                               const Step& step,
                                               const PlayerChange& change,
                                               proto::SuspectKind kind);

/// Whether an accusation of so many of `players` is to be believed.
[[nodiscard]] bool is_doubtful(std::size_t accused, std::uint64_t players);

}  // namespace watchtower::collector
