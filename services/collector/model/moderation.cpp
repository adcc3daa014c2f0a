#include "services/collector/model/moderation.hpp"

#include <algorithm>
#include <cmath>

#include "services/collector/model/moderation_window.hpp"
#include "services/collector/model/world.hpp"

namespace watchtower::collector {

namespace {

using proto::SuspectKind;
using proto::SuspectRule;
using proto::SuspectState;
using std::chrono::hours;

constexpr double kHot = 2;                    ///< accused: a limit exceeded fourfold, or often by less
constexpr double kMostHeat = 4;               ///< so that the end of it is noticed
constexpr double kLeastExcess = 0.5;          ///< powers of two that anything above a limit adds
constexpr double kMostExcess = 2;             ///< and the most that a single tick or window adds
constexpr double kCooling = 0.5;              ///< by which a window within the limits takes away
constexpr hours kAwake{16};                   ///< as long as people may stay awake
constexpr std::size_t kMostWatched = 10'000;  ///< of a kind, who are not suspects

class Judge {
public:
    Judge(const WorldMemory& world, Step& step, const ModerationRules& rules)
        : world_(world),
          step_(step),
          rules_(rules),
          watch_(world.moderation.watch) {}

    ModerationStep judge() && {
        if (step_.reset) {
            begin_anew();
            return std::move(result_);
        }
        for (const SuspectKind kind : proto::kSuspectKinds) {
            judge_bound(kind);
        }
        if (begins_window(world_.moderation.window, step_, rules_)) {
            result_.window = ModerationStep::Window::begins;
            if (world_.moderation.window.tick) {
                take(judge_window(world_, step_, rules_));
            }
        }
        std::erase_if(result_.changes, [this](const auto& change) {
            const auto before = watch_.find(change.first);
            return before == watch_.end() ? change.second.is_nothing() : before->second == change.second;
        });
        count_open();
        return std::move(result_);
    }

private:
    using Key = Watch::key_type;

    /// Whoever played in the old world is not watched in the new one; accusations stand.
    void begin_anew() {
        result_.window = ModerationStep::Window::none;
        for (const auto& [key, watched] : watch_) {
            Watched& now = touch(key);
            now = {0, Milliseconds(0), std::nullopt, watched.suspicion};
            note_end(now);
        }
        count_open();
    }

    [[nodiscard]] const Watched* find(const Key& key) const {
        if (const auto changed = result_.changes.find(key); changed != result_.changes.end()) {
            return &changed->second;
        }
        const auto known = watch_.find(key);
        return known == watch_.end() ? nullptr : &known->second;
    }

    /// The entry as the step will leave it.
    Watched& touch(const Key& key) {
        const Watched* known = find(key);
        return result_.changes.try_emplace(key, known == nullptr ? Watched{} : *known).first->second;
    }

    [[nodiscard]] bool is_dismissed(const Key& key) const {
        const Watched* known = find(key);
        return known != nullptr && known->suspicion && known->suspicion->state == SuspectState::dismissed;
    }

    [[nodiscard]] bool may_be_accused(const Key& key) const {
        return !world_.erased.is_pseudonym(world_.players.name(key.second)) && !is_dismissed(key);
    }

    /// 0: none.
    [[nodiscard]] std::int64_t bound_of(SuspectKind kind) const {
        switch (kind) {
            case SuspectKind::moves:
                return rules_.most_actions;
            case SuspectKind::nomads_created:
                return rules_.most_nomads_created;
            case SuspectKind::gold:
                return rules_.most_gold;
            case SuspectKind::levels:
                return rules_.most_levels;
        }
        return 0;
    }

    void judge_bound(SuspectKind kind) {
        const auto bound = static_cast<double>(bound_of(kind));
        if (bound <= 0) {
            return;
        }
        std::vector<Exceedance> found;
        for (const PlayerChange& change : step_.players) {
            const auto told = told_by_tick(world_, step_, change, kind);
            if (!told) {
                continue;
            }
            // Within less than a minute what is done in one may be done.
            const double minutes = std::max(1.0, std::chrono::duration<double, std::ratio<60>>(told->since).count());
            if (told->value > bound * minutes) {
                const TimePoint until = step_.state.timestamp;
                found.push_back({kind,
                                 change.player,
                                 {SuspectRule::bound,
                                  told->value,
                                  bound * minutes,
                                  std::nullopt,
                                  std::nullopt,
                                  0,
                                  change.actions_added,
                                  until - told->since,
                                  until}});
            }
        }
        if (is_doubtful(found.size(), step_.state.players)) {
            result_.doubtful.push_back(kind);
        } else {
            heat(std::move(found));
        }
    }

    /// Adds to the heat of those who exceeded limits.
    void heat(std::vector<Exceedance> found) {
        admit(found);
        for (const Exceedance& one : found) {
            const Key key{one.kind, one.player};
            if (!may_be_accused(key)) {
                continue;
            }
            const double excess = std::log2(one.evidence.value / std::max(one.evidence.limit, 1e-9));
            Watched& watched = touch(key);
            watched.heat = std::min(watched.heat + std::clamp(excess, kLeastExcess, kMostExcess), kMostHeat);
            accuse(watched, one.evidence);
        }
    }

    /// Leaves out those for whom there is no room, the lowest.
    void admit(std::vector<Exceedance>& found) const {
        const std::size_t known = watch_.size() + result_.changes.size();
        const std::size_t room =
            known < kMostWatched * proto::kSuspectKinds.size() ? kMostWatched * proto::kSuspectKinds.size() - known : 0;
        if (found.size() <= room) {
            return;
        }
        const auto is_known = [this](const Exceedance& one) { return find({one.kind, one.player}) != nullptr; };
        const auto fresh = std::stable_partition(found.begin(), found.end(), is_known);
        std::sort(fresh, found.end(), [this](const Exceedance& a, const Exceedance& b) {
            const double of_a = a.evidence.value / a.evidence.limit;
            const double of_b = b.evidence.value / b.evidence.limit;
            return of_a != of_b ? of_a > of_b : world_.players.name(a.player) < world_.players.name(b.player);
        });
        const auto many = static_cast<std::size_t>(found.end() - fresh);
        found.resize(found.size() - many + std::min(many, room));
    }

    void take(WindowFindings findings) {
        result_.doubtful.insert(result_.doubtful.end(), findings.doubtful.begin(), findings.doubtful.end());
        cool(findings);
        note_busy(findings);
        heat(std::move(findings.exceedances));
        for (auto& [key, watched] : result_.changes) {
            note_end(watched);
        }
    }

    /// Those who kept to the limits.
    void cool(const WindowFindings& findings) {
        std::vector<Key> hot;
        for (const auto& exceedance : findings.exceedances) {
            hot.emplace_back(exceedance.kind, exceedance.player);
        }
        std::sort(hot.begin(), hot.end());
        for (const auto& [key, watched] : watch_) {
            if (findings.judged[static_cast<std::size_t>(key.first)] && !is_dismissed(key) &&
                !std::binary_search(hot.begin(), hot.end(), key)) {
                Watched& now = touch(key);
                now.heat = std::max(now.heat - kCooling, 0.0);
            }
        }
    }

    void note_busy(const WindowFindings& findings) {
        if (!findings.judged[static_cast<std::size_t>(SuspectKind::moves)]) {
            return;
        }
        for (const auto& [key, watched] : watch_) {
            if (watched.busy.count() > 0 &&
                !(findings.judged_busy && std::binary_search(findings.busy.begin(), findings.busy.end(), key.second))) {
                Watched& now = touch(key);
                now.busy = Milliseconds(0);
                now.busy_until.reset();
            }
        }
        if (!findings.judged_busy) {
            return;
        }
        std::size_t known = watch_.size() + result_.changes.size();
        for (const NameTable::Id player : findings.busy) {
            const Key key{SuspectKind::moves, player};
            if (!may_be_accused(key) || (find(key) == nullptr && ++known > kMostWatched)) {
                continue;
            }
            add_busy(touch(key), player, findings.length);
        }
    }

    void add_busy(Watched& watched, NameTable::Id player, Milliseconds length) {
        const TimePoint begin = step_.state.timestamp - length;
        if (!watched.busy_until || begin - *watched.busy_until > rules_.window) {
            watched.busy = Milliseconds(0);  // who knows what was in between
        }
        watched.busy += length;
        watched.busy_until = step_.state.timestamp;
        if (watched.busy >= kAwake) {
            using Minutes = std::chrono::duration<double, std::ratio<60>>;
            accuse(watched,
                   {SuspectRule::restless,
                    Minutes(watched.busy).count(),
                    Minutes(kAwake).count(),
                    std::nullopt,
                    std::nullopt,
                    0,
                    world_.moderation.window.sums.size() > player ? world_.moderation.window.sums[player].actions : 0,
                    step_.state.timestamp - watched.busy,
                    step_.state.timestamp});
        }
    }

    /// Opens an accusation when there is enough, and keeps the worst evidence.
    void accuse(Watched& watched, const proto::SuspectEvidence& evidence) {
        const double score = evidence.value / std::max(evidence.limit, 1e-9);
        const bool enough = watched.heat >= kHot || watched.busy >= kAwake;
        if (!watched.suspicion) {
            if (enough) {
                watched.suspicion =
                    Suspicion{SuspectState::open, true, score, evidence, step_.state.tick, step_.state.tick};
            }
            return;
        }
        Suspicion& suspicion = *watched.suspicion;
        const bool again = enough && !suspicion.active;
        const bool worse = score > suspicion.score;
        if (again || worse) {
            suspicion.active = suspicion.active || enough;
            suspicion.updated_at = step_.state.tick;
        }
        if (worse) {
            suspicion.score = score;
            suspicion.evidence = evidence;
        }
    }

    void note_end(Watched& watched) const {
        if (watched.suspicion && watched.suspicion->active && watched.heat <= 0 && watched.busy < kAwake) {
            watched.suspicion->active = false;
            watched.suspicion->updated_at = step_.state.tick;
        }
    }

    void count_open() {
        const auto count = [this](const Key& key, const Watched& watched) {
            if (watched.suspicion && watched.suspicion->active && watched.suspicion->state == SuspectState::open) {
                auto& open = result_.open[static_cast<std::size_t>(key.first)];
                ++open.players;
                open.score = std::max(open.score, watched.suspicion->score);
            }
        };
        for (const auto& [key, watched] : watch_) {
            if (!result_.changes.contains(key)) {
                count(key, watched);
            }
        }
        for (const auto& [key, watched] : result_.changes) {
            count(key, watched);
        }
    }

    const WorldMemory& world_;
    Step& step_;
    const ModerationRules& rules_;
    const Watch& watch_;
    ModerationStep result_;
};

}  // namespace

void judge_suspects(const WorldMemory& world, Step& step, const ModerationRules& rules) {
    step.moderation = Judge(world, step, rules).judge();
}

void apply_moderation(WorldMemory& world, const Step& step) {
    if (!step.moderation) {
        return;
    }
    Moderation& memory = world.moderation;
    for (const auto& [key, watched] : step.moderation->changes) {
        if (watched.is_nothing()) {
            memory.watch.erase(key);
        } else {
            memory.watch.insert_or_assign(key, watched);
        }
    }
    switch (step.moderation->window) {
        case ModerationStep::Window::goes_on:
            add_to_window(memory.window.sums, world, step);
            break;
        case ModerationStep::Window::begins:
            memory.window.tick = step.state.tick;
            memory.window.timestamp = step.state.timestamp;
            for (const proto::Section section : proto::kSections) {
                memory.window.read[proto::index(section)] = !step.state.sections[proto::index(section)].error;
            }
            memory.window.sums.assign(world.players.size(), {});
            break;
        case ModerationStep::Window::none:
            memory.window = {};
            break;
    }
}

void note_reviews(WorldMemory& world, const Reviewed& reviewed) {
    world.moderation.reviews = std::max(world.moderation.reviews, reviewed.reviews);
    for (const Reviewed::Suspect& suspect : reviewed.suspects) {
        const auto entry = world.moderation.watch.find({suspect.kind, world.players.find(suspect.player_id)});
        if (entry == world.moderation.watch.end() || !entry->second.suspicion) {
            continue;
        }
        Watched& watched = entry->second;
        watched.suspicion->state = suspect.state;
        if (suspect.state == SuspectState::dismissed) {
            watched = {0, Milliseconds(0), std::nullopt, watched.suspicion};
        }
    }
}

void hide_suspects(WorldMemory& world) {
    std::erase_if(world.moderation.watch, [&world](const auto& entry) {
        return world.erased.is_pseudonym(world.players.name(entry.first.second));
    });
}

}  // namespace watchtower::collector
