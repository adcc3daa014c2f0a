#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchtower::test {

/// What can be done to a process, a server, or the link between two of them.
enum class Harm {
    kill,       ///< SIGKILL; started again at the end
    stop,       ///< told to end; started again at the end
    freeze,     ///< SIGSTOP; SIGCONT at the end
    forget,     ///< emptied and killed; comes back with nothing
    read_only,  ///< takes no writes
    full_disk,  ///< every write fails for want of space
    nonsense,   ///< answers with errors, half bodies and what is no JSON
    slow,       ///< answers late
    cut,        ///< a link whose connections break and cannot be made
    swallow     ///< a link that keeps its connections and passes nothing
};

[[nodiscard]] std::string_view to_text(Harm harm);

struct Fault {
    Harm harm = Harm::kill;
    std::string victim;                  ///< "collector-1", "postgres"; a link: "collector-1>postgres"
    std::chrono::milliseconds after{0};  ///< since the beginning of its blow
    std::chrono::milliseconds lasts{0};

    bool operator==(const Fault&) const = default;
};

/// One fault, or two that overlap.
struct Blow {
    std::chrono::milliseconds calm{0};  ///< for how long everything is well before it
    std::vector<Fault> faults;

    [[nodiscard]] std::chrono::milliseconds lasts() const;
    bool operator==(const Blow&) const = default;
};

/// The parts of the play; the numbers of collectors count from 0.
inline constexpr int kCollectors = 3;
inline constexpr std::string_view kGame = "game";

/// What goes wrong during `duration`, in order. The same seed gives the same faults for ever; a longer plan begins as
/// the shorter one does, as far as no fault of the shorter one was shortened to an eighth of its duration. One fault in
/// six has a second one beside it. Nobody kills the game: it alone knows the truth.
[[nodiscard]] std::vector<Blow> fault_plan(std::uint64_t seed, std::chrono::milliseconds duration);

/// A line to read: "collector-1>postgres cut for 1.2 s".
[[nodiscard]] std::string describe(const Fault& fault);

}  // namespace watchtower::test
