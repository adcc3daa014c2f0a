#include "services/collector/model/moderation_window.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "services/collector/model/outliers.hpp"

namespace watchtower::collector {

namespace {

using proto::Section;
using proto::SuspectKind;
using Sums = ModerationWindow::Sums;

constexpr double kMostDoubtful = 0.05;         ///< of the players that were compared
constexpr std::size_t kNeverDoubtful = 2;      ///< so few are not too many, in however small a world
constexpr std::uint32_t kTellingActions = 16;  ///< so many tell what gold an action brings

Section section_of(SuspectKind kind) {
    switch (kind) {
        case SuspectKind::gold:
            return Section::resources;
        case SuspectKind::levels:
            return Section::dwellings;
        case SuspectKind::moves:
        case SuspectKind::nomads_created:
            break;
    }
    return Section::nomads;
}

bool was_read(const Step& step, Section section) {
    return !step.state.sections[proto::index(section)].error;
}

/// In the read before and in this one.
bool stayed(const WorldMemory& world, const Step& step, NameTable::Id player) {
    return step.nomads && of_player(world.nomads.present, player) != 0 && of_player(step.nomads->present, player) != 0;
}

std::uint32_t levels_raised(const WorldMemory& world, const Step& step, NameTable::Id player) {
    if (!step.dwellings) {
        return 0;
    }
    const PlayerDwellings before = of_player(world.dwellings.dwellings, player);
    const PlayerDwellings now = of_player(step.dwellings->dwellings, player);
    return before.count > 0 && now.highest_level > before.highest_level ? now.highest_level - before.highest_level : 0;
}

void add(std::uint32_t& sum, std::uint64_t more) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    sum = static_cast<std::uint32_t>(std::min(kMost, sum + std::min(more, kMost)));
}

double value_of(const Sums& sums, SuspectKind kind) {
    switch (kind) {
        case SuspectKind::moves:
            return sums.actions;
        case SuspectKind::nomads_created:
            return sums.nomads_created;
        case SuspectKind::gold:
            return sums.gold;
        case SuspectKind::levels:
            return sums.levels;
    }
    return 0;
}

/// The middle of what players' actions brought them; 0 when too few tell.
double gold_of_an_action(const std::vector<Sums>& sums) {
    std::vector<double> gold;
    for (const Sums& player : sums) {
        if (player.actions >= kTellingActions) {
            gold.push_back(player.gold / player.actions);
        }
    }
    if (gold.size() < Outliers::kLeast) {
        return 0;
    }
    const auto middle = gold.begin() + static_cast<std::ptrdiff_t>(gold.size() / 2);
    std::nth_element(gold.begin(), middle, gold.end());
    return *middle;
}

/// Where players stand beside each other in one kind. Comparable are those with a like number of actions, and of
/// actions those with a like number of nomads.
///
/// Numbers of actions differ by factors: their logarithms are compared. What actions bring adds up by chance, so that
/// its square root has about the same deviation whatever the number (Anscombe: The Transformation of Poisson, Binomial
/// and Negative-Binomial Data, 1948).
class Scale {
public:
    /// `unit`: what one action brings typically; 0: what it brings does not tell.
    Scale(SuspectKind kind, double unit) : kind_(kind), unit_(unit) {}

    [[nodiscard]] double at(double value, double actions) const {
        if (kind_ == SuspectKind::moves) {
            return std::log2(value);
        }
        return 2 * (root(unit_ > 0 ? value / unit_ : value) - expected(actions));
    }
    /// The value that stands there, for so many actions.
    [[nodiscard]] double value_at(double place, double actions) const {
        if (kind_ == SuspectKind::moves) {
            return std::exp2(place);
        }
        const double wanted = std::max(place / 2 + expected(actions), 0.0);
        return std::max(wanted * wanted - kAnscombe, 0.0) * (unit_ > 0 ? unit_ : 1);
    }
    [[nodiscard]] std::size_t group(double actions, std::uint64_t nomads) const {
        const double size = kind_ == SuspectKind::moves ? static_cast<double>(nomads) + 1 : actions + kFewActions;
        return static_cast<std::size_t>(std::log2(size));
    }
    [[nodiscard]] double limit(const Spread& spread, double deviations) const {
        return spread.limit(deviations, kind_ == SuspectKind::moves ? kLeastOfLogarithms : kLeastOfRoots);
    }

private:
    static double root(double value) { return std::sqrt(value + kAnscombe); }
    [[nodiscard]] double expected(double actions) const { return unit_ > 0 ? root(actions) : 0; }

    static constexpr double kAnscombe = 0.375;
    static constexpr double kFewActions = 16;  ///< and fewer are alike
    static constexpr double kLeastOfLogarithms = 0.4;
    static constexpr double kLeastOfRoots = 0.75;

    SuspectKind kind_;
    double unit_;
};

/// One window with all it takes to judge it.
class WindowJudge {
public:
    WindowJudge(const WorldMemory& world, const Step& step, const ModerationRules& rules)
        : world_(world),
          step_(step),
          rules_(rules),
          window_(world.moderation.window),
          sums_(window_.sums) {
        add_to_window(sums_, world, step);
        findings_.length = step.state.timestamp - window_.timestamp;
    }

    WindowFindings judge() && {
        const Milliseconds off = std::chrono::abs(findings_.length - rules_.window);
        if (!is_complete(Section::nomads) || findings_.length.count() <= 0 || off > 2 * step_.state.interval) {
            return std::move(findings_);
        }
        for (const SuspectKind kind : proto::kSuspectKinds) {
            if (is_complete(section_of(kind))) {
                judge(kind);
            }
        }
        judge_busy();
        return std::move(findings_);
    }

private:
    [[nodiscard]] bool is_complete(Section section) const {
        return window_.read[proto::index(section)] && was_read(step_, section);
    }

    /// In the game from the window's beginning to its end, and did something.
    [[nodiscard]] bool is_comparable(NameTable::Id player) const {
        const Sums& sums = sums_[player];
        return (sums.actions > 0 || sums.nomads_created > 0 || sums.gold > 0 || sums.levels > 0) &&
               of_player(step_.nomads->present, player) != 0 &&
               of_player(world_.history, player).first_seen.value_or(step_.state.tick) <= *window_.tick;
    }

    template <typename Visit>
    void for_each_comparable(SuspectKind kind, const Visit& visit) const {
        for (NameTable::Id player = 0; player < sums_.size(); ++player) {
            if (is_comparable(player) && (kind != SuspectKind::moves || sums_[player].actions > 0)) {
                visit(player, sums_[player]);
            }
        }
    }

    void judge(SuspectKind kind) {
        findings_.judged[static_cast<std::size_t>(kind)] = true;
        const double unit = kind == SuspectKind::gold ? gold_of_an_action(sums_) : 0;
        if (rules_.outlier <= 0 || (kind == SuspectKind::gold && unit <= 0)) {
            return;
        }
        const Scale scale(kind, unit);
        Outliers outliers;
        for_each_comparable(kind, [&](NameTable::Id player, const Sums& sums) {
            outliers.add(scale.group(sums.actions, step_.nomads->nomads[player]),
                         scale.at(value_of(sums, kind), sums.actions));
        });
        outliers.close();
        std::vector<Exceedance> found;
        for_each_comparable(kind, [&](NameTable::Id player, const Sums& sums) {
            const double value = value_of(sums, kind);
            const auto spread =
                value > 0 ? outliers.of(scale.group(sums.actions, step_.nomads->nomads[player])) : std::nullopt;
            if (spread && scale.at(value, sums.actions) > scale.limit(*spread, rules_.outlier)) {
                found.push_back({kind, player, evidence(scale, *spread, value, sums)});
            }
        });
        if (is_doubtful(found.size(), outliers.size())) {
            findings_.doubtful.push_back(kind);
        } else {
            findings_.exceedances.insert(findings_.exceedances.end(), found.begin(), found.end());
        }
    }

    [[nodiscard]] proto::SuspectEvidence evidence(const Scale& scale,
                                                  const Spread& spread,
                                                  double value,
                                                  const Sums& sums) const {
        const double median = scale.value_at(spread.median, sums.actions);
        return {proto::SuspectRule::outlier,
                value,
                scale.value_at(scale.limit(spread, rules_.outlier), sums.actions),
                median,
                scale.value_at(spread.median + spread.mad, sums.actions) - median,
                spread.players,
                sums.actions,
                window_.timestamp,
                step_.state.timestamp};
    }

    void judge_busy() {
        if (rules_.restless <= 0) {
            return;
        }
        const double minutes = std::chrono::duration<double, std::ratio<60>>(findings_.length).count();
        const double many = static_cast<double>(rules_.restless) * minutes;
        std::uint64_t active = 0;
        for_each_comparable(SuspectKind::moves, [&](NameTable::Id player, const Sums& sums) {
            ++active;
            if (sums.actions >= many) {
                findings_.busy.push_back(player);
            }
        });
        findings_.judged_busy = !is_doubtful(findings_.busy.size(), active);
    }

    const WorldMemory& world_;
    const Step& step_;
    const ModerationRules& rules_;
    const ModerationWindow& window_;
    std::vector<Sums> sums_;
    WindowFindings findings_;
};

}  // namespace

void add_to_window(std::vector<Sums>& sums, const WorldMemory& world, const Step& step) {
    sums.resize(world.players.size());
    for (const PlayerChange& change : step.players) {
        Sums& player = sums[change.player];
        if (stayed(world, step, change.player)) {
            add(player.actions, change.actions_added);
            add(player.nomads_created, change.nomads_created);
        }
        player.gold += to_double(change.gold.collected);
        add(player.levels, levels_raised(world, step, change.player));
    }
}

bool begins_window(const ModerationWindow& window, const Step& step, const ModerationRules& rules) {
    const auto begin_of = [&rules](TimePoint tick) { return tick_at_or_before(tick, rules.window); };
    return !window.tick || begin_of(*window.tick) != begin_of(step.state.tick);
}

WindowFindings judge_window(const WorldMemory& world, const Step& step, const ModerationRules& rules) {
    return WindowJudge(world, step, rules).judge();
}

std::optional<Told> told_by_tick(const WorldMemory& world,
                                 const Step& step,
                                 const PlayerChange& change,
                                 SuspectKind kind) {
    const Section section = section_of(kind);
    const auto before = world.state ? world.state->sections[proto::index(section)].last_good : std::nullopt;
    const auto& epoch_since = step.state.epoch_since;
    if (!was_read(step, section) || !before || (epoch_since && *before < *epoch_since)) {
        return std::nullopt;
    }
    Told told{0, step.state.timestamp - *before};
    if (section == Section::nomads) {
        if (!stayed(world, step, change.player)) {
            return std::nullopt;
        }
        told.value = static_cast<double>(kind == SuspectKind::moves ? change.actions_added : change.nomads_created);
    } else if (kind == SuspectKind::gold) {
        told.value = to_double(change.gold.collected);
    } else {
        told.value = levels_raised(world, step, change.player);
    }
    return told;
}

bool is_doubtful(std::size_t accused, std::uint64_t players) {
    return accused > kNeverDoubtful && static_cast<double>(accused) > kMostDoubtful * static_cast<double>(players);
}

}  // namespace watchtower::collector
