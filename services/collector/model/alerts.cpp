#include "services/collector/model/alerts.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "services/collector/model/alert_windows.hpp"

namespace watchtower::collector {

namespace {

using proto::Alert;
using proto::AlertType;
using proto::Section;

constexpr std::uint64_t kLeastAttacks = 20;      ///< of a share of failed ones
constexpr std::uint64_t kTooFewAttacks = 10;     ///< to go on with an alert of them
constexpr std::uint64_t kLeastHolders = 10;      ///< of a share in one hand
constexpr std::uint64_t kTooFewHolders = 5;      ///< to go on with an alert of it
constexpr std::uint64_t kActivityMargin = 5;     ///< a fifth more than few is enough
constexpr double kCalmFailureRate = 0.8;         ///< of what is high
constexpr double kCalmConcentration = 0.9;       ///< the same
constexpr std::int64_t kTicksUntilItCounts = 2;  ///< of failing sections and of data at risk, and of their end
constexpr int kWindowsOfAReset = 2;
constexpr double kPercent = 100;

/// What a rule says of one subject: open an alert of it, leave it, resolve it.
enum class Verdict { bad, tolerable, good };

struct Finding {
    AlertType type;
    std::string_view subject;  ///< empty: the world; one of a few fixed words else
    Verdict verdict = Verdict::tolerable;
    double value = 0;
    double threshold = 0;
    std::string message;
};

Verdict verdict(bool bad, bool good) {
    if (bad) {
        return Verdict::bad;
    }
    return good ? Verdict::good : Verdict::tolerable;
}

std::string text_of(Milliseconds duration) {
    using std::chrono::duration_cast;
    using std::chrono::minutes;
    using std::chrono::seconds;
    if (duration % minutes(1) == Milliseconds(0)) {
        return std::to_string(duration_cast<minutes>(duration).count()) + " minutes";
    }
    if (duration % seconds(1) == Milliseconds(0)) {
        return std::to_string(duration_cast<seconds>(duration).count()) + " seconds";
    }
    return std::to_string(duration.count()) + " milliseconds";
}

std::string counted(std::uint64_t count, const char* thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string percent(double share) {
    return std::to_string(std::lround(share * kPercent)) + " %";
}

bool is_worse(AlertType type, double value, double than) {
    return type == AlertType::low_activity ? value < than : value > than;
}

/// Lengthens a run of ticks of which the thing was (positive) or was not (negative).
void lengthen(std::int64_t& run, bool is_bad) {
    run = is_bad ? std::max<std::int64_t>(run, 0) + 1 : std::min<std::int64_t>(run, 0) - 1;
}

class Judge {
public:
    Judge(const proto::State& state, const AlertFacts& facts, const AlertRules& rules)
        : state_(state),
          facts_(facts),
          rules_(rules),
          judged_{state.alerts, state.alert_number, state.alert_watch, {}} {}

    Judgement judge() && {
        const bool scheduled = tick_at_or_before(state_.tick, state_.interval) == state_.tick;
        if (scheduled) {
            note_tick(judged_.watch, state_, rules_.window);
            judge_activity();
            judge_failure_rate();
            judge_concentration();
            judge_sources();
        }
        judge_reset(scheduled);
        judge_risk(scheduled);
        judge_suspects();
        return std::move(judged_);
    }

private:
    [[nodiscard]] bool was_read(Section section) const { return !state_.sections[proto::index(section)].error; }

    void judge_activity() {
        const auto within = activity_within(judged_.watch, state_, rules_.window, judged_.watch.nomads_since);
        if (!within) {
            return;
        }
        const auto few = static_cast<std::uint64_t>(rules_.low_activity);
        const std::uint64_t enough = few + (few + kActivityMargin - 1) / kActivityMargin;
        take({AlertType::low_activity,
              "",
              verdict(within->actions < few, within->actions >= enough),
              static_cast<double>(within->actions),
              static_cast<double>(few),
              counted(within->actions, "action") + " in " + text_of(rules_.window)});
    }

    void judge_failure_rate() {
        const auto within = activity_within(judged_.watch, state_, 2 * rules_.window, judged_.watch.pvp_since);
        if (!within) {
            return;
        }
        const double rate = within->attacks == 0
                                ? 0
                                : static_cast<double>(within->attacks_failed) / static_cast<double>(within->attacks);
        take({AlertType::high_failure_rate,
              "",
              verdict(within->attacks >= kLeastAttacks && rate > rules_.high_failure_rate,
                      within->attacks < kTooFewAttacks || rate <= rules_.high_failure_rate * kCalmFailureRate),
              rate,
              rules_.high_failure_rate,
              percent(rate) + " of the attacks of the last " + text_of(2 * rules_.window) + " failed"});
    }

    void judge_concentration() {
        if (was_read(Section::resources)) {
            const auto& resources = *state_.document.resources;
            judge_holding("gold", facts_.holdings.gold, resources.total_gold);
            judge_holding("spice", facts_.holdings.spice, resources.total_spice);
        }
    }

    void judge_holding(std::string_view resource, proto::Amount largest, proto::Amount total) {
        const double share = total > proto::Amount{} ? to_double(largest) / to_double(total) : 0;
        const std::uint64_t players = facts_.holdings.players;
        take({AlertType::resource_concentration,
              resource,
              verdict(players >= kLeastHolders && share > rules_.resource_warning,
                      players < kTooFewHolders || share <= rules_.resource_warning * kCalmConcentration),
              share,
              rules_.resource_warning,
              "one player of " + std::to_string(players) + " holds " + percent(share) + " of the " +
                  std::string(resource)});
    }

    void judge_sources() {
        for (const Section section : proto::kSections) {
            const auto& error = state_.sections[proto::index(section)].error;
            std::int64_t& failures = judged_.watch.failures[proto::index(section)];
            lengthen(failures, error.has_value());
            take({AlertType::source_down,
                  to_text(section),
                  verdict(failures >= kTicksUntilItCounts, failures <= -kTicksUntilItCounts),
                  static_cast<double>(failures),
                  kTicksUntilItCounts,
                  std::string(to_text(section)) + " could not be read for " + std::to_string(failures) + " ticks" +
                      (error ? " (" + std::string(to_text(*error)) + ")" : "")});
        }
    }

    void judge_reset(bool scheduled) {
        const Alert* open = find(AlertType::world_reset, "");
        const bool over =
            scheduled && state_.epoch_since && state_.tick - *state_.epoch_since >= kWindowsOfAReset * rules_.window;
        take({AlertType::world_reset,
              "",
              verdict(facts_.reset, over),
              open == nullptr ? 1 : open->value + 1,
              1,
              "the game's world began anew (epoch " + std::to_string(state_.epoch) + ")"});
    }

    void judge_risk(bool scheduled) {
        auto& watch = judged_.watch;
        const bool lost = facts_.ticks_lost > 0;
        if (scheduled || lost) {
            lengthen(watch.risks, lost || facts_.ticks_at_risk > 0);
        }
        watch.lost_ticks += facts_.ticks_lost;
        std::string message = counted(facts_.ticks_at_risk, "tick") + " in one collector's memory only";
        if (watch.lost_ticks > 0) {
            message += ", " + counted(watch.lost_ticks, "tick") + " lost detail as the outbox was full";
        }
        take({AlertType::data_at_risk,
              "",
              verdict(lost || (scheduled && watch.risks >= kTicksUntilItCounts), watch.risks <= -kTicksUntilItCounts),
              static_cast<double>(facts_.ticks_at_risk + watch.lost_ticks),
              1,
              std::move(message)});
        if (find(AlertType::data_at_risk, "") == nullptr) {
            watch.lost_ticks = 0;
        }
    }

    void judge_suspects() {
        for (const proto::SuspectKind kind : proto::kSuspectKinds) {
            if (!facts_.suspects) {
                return;
            }
            const std::uint64_t players = (*facts_.suspects)[static_cast<std::size_t>(kind)].players;
            take({AlertType::suspect_player,
                  to_text(kind),
                  verdict(players > 0, players == 0),
                  static_cast<double>(players),
                  1,
                  counted(players, "player") + " with " + std::string(to_text(kind)) +
                      " that are not plausible, not reviewed"});
        }
    }

    [[nodiscard]] std::string id_prefix(AlertType type, std::string_view subject) const {
        std::string prefix = state_.world + "-" + std::string(to_text(type)) + "-";
        if (!subject.empty()) {
            prefix.append(subject).append("-");
        }
        return prefix;
    }

    /// The open alert of the subject; null when there is none.
    [[nodiscard]] Alert* find(AlertType type, std::string_view subject) {
        const std::string prefix = id_prefix(type, subject);
        const auto open = std::find_if(judged_.active.begin(), judged_.active.end(), [&prefix](const Alert& alert) {
            return alert.id.starts_with(prefix);
        });
        return open == judged_.active.end() ? nullptr : &*open;
    }

    void take(Finding finding) {
        Alert* open = find(finding.type, finding.subject);
        if (open == nullptr) {
            if (finding.verdict == Verdict::bad) {
                judged_.active.push_back(opened(std::move(finding)));
                note(judged_.active.back());
            }
            return;
        }
        if (finding.verdict == Verdict::bad && is_worse(finding.type, finding.value, open->value)) {
            open->value = finding.value;
            open->message = std::move(finding.message);
        }
        if (finding.verdict == Verdict::good) {
            open->state = proto::AlertState::resolved;
            open->resolved_at = state_.tick;
            note(*open);
            judged_.active.erase(judged_.active.begin() + (open - judged_.active.data()));
        }
    }

    [[nodiscard]] Alert opened(Finding finding) const {
        Alert alert;
        alert.id = id_prefix(finding.type, finding.subject) + std::to_string(state_.tick.time_since_epoch().count());
        alert.type = to_text(finding.type);
        alert.severity = severity_of(finding.type);
        alert.message = std::move(finding.message);
        alert.value = finding.value;
        alert.threshold = finding.threshold;
        alert.opened_at = state_.tick;
        return alert;
    }

    void note(const Alert& alert) { judged_.log.push_back({++judged_.number, alert}); }

    const proto::State& state_;
    const AlertFacts& facts_;
    const AlertRules& rules_;
    Judgement judged_;
};

}  // namespace

Judgement judge_alerts(const proto::State& state, const AlertFacts& facts, const AlertRules& rules) {
    return Judge(state, facts, rules).judge();
}

void judge_alerts(Step& step, std::uint64_t ticks_at_risk, std::uint64_t ticks_lost, const AlertRules& rules) {
    AlertFacts facts{step.reset, step.holdings, std::nullopt, ticks_at_risk, ticks_lost};
    if (step.moderation) {
        facts.suspects = step.moderation->open;
    }
    Judgement judged = judge_alerts(step.state, facts, rules);
    step.state.alerts = std::move(judged.active);
    step.state.alert_number = judged.number;
    step.state.alert_watch = std::move(judged.watch);
    step.alert_log = std::move(judged.log);
}

}  // namespace watchtower::collector
