#include "tests/unit/collector_model/differences.hpp"

#include <set>
#include <sstream>

namespace watchtower::collector::test {

namespace {

using Numbers = std::map<std::string, std::uint64_t>;

class Lines {
public:
    template <typename T>
    void equal(const std::string& what, const T& actual, const T& expected) {
        if (!(actual == expected)) {
            lines_ << "    " << what << ": " << text(actual) << ", expected " << text(expected) << "\n";
        }
    }
    void at_most(const std::string& what, std::uint64_t actual, std::uint64_t bound) {
        if (actual > bound) {
            lines_ << "    " << what << ": " << actual << ", at most " << bound << "\n";
        }
    }

    [[nodiscard]] std::string text() const { return lines_.str(); }

private:
    static std::string text(std::uint64_t number) { return std::to_string(number); }
    static std::string text(proto::Amount amount) { return to_text(amount); }
    static std::string text(const Numbers& numbers) {
        std::string all;
        for (const auto& [name, number] : numbers) {
            all.append(name).append(":").append(std::to_string(number)).append(" ");
        }
        return all;
    }

    std::ostringstream lines_;
};

Numbers numbers(const proto::Counts& counts) {
    return {counts.begin(), counts.end()};
}

Numbers without_zeros(Numbers counts) {
    std::erase_if(counts, [](const auto& one) { return one.second == 0; });
    return counts;
}

template <typename Value>
Numbers event_numbers(const std::map<std::string, Bookkeeper::EventType>& events, Value value) {
    Numbers all;
    for (const auto& [name, type] : events) {
        all[name] = value(type);
    }
    return without_zeros(all);
}

template <typename Value>
Numbers event_numbers(const std::vector<proto::EventsSection::Type>& events, Value value) {
    Numbers all;
    for (const auto& type : events) {
        all[type.type] = value(type);
    }
    return without_zeros(all);
}

void compare_flow(Lines& lines, const std::string& name, const proto::Flow& flow, const Bookkeeper::Flow& books) {
    lines.equal(name + " collected", flow.collected, proto::Amount{books.collected});
    lines.equal(name + " spent", flow.spent, proto::Amount{books.spent});
    lines.equal(name + " joined", flow.joined, proto::Amount{books.joined});
    lines.equal(name + " left", flow.left, proto::Amount{books.left});
}

template <typename Truth>
void compare_lists(Lines& lines, const proto::Totals& totals, const Truth& truth) {
    const auto count = [](const auto& type) { return type.count; };
    lines.equal("attacks", totals.attacks, truth.attacks);
    lines.equal("successful", totals.attacks_successful, truth.successful);
    lines.equal("destroyed", totals.dwellings_destroyed, truth.destroyed);
    lines.equal("events", event_numbers(totals.events, count), event_numbers(truth.events, count));
    lines.equal("affected",
                event_numbers(totals.events, [](const auto& type) { return type.affected_players; }),
                event_numbers(truth.events, [](const auto& type) { return type.affected; }));
}

void none_above(Lines& lines, const std::string& what, const Numbers& counted, Numbers bounds) {
    for (const auto& [name, number] : counted) {
        lines.at_most(std::string(what).append(".").append(name), number, bounds[name]);
    }
}

void compare_flows_fallen(Lines& lines, const std::string& name, const proto::Flow& before, const proto::Flow& now) {
    const auto check = [&](const std::string& part, proto::Amount old_amount, proto::Amount new_amount) {
        lines.equal(std::string(name).append(" ").append(part), std::max(old_amount, new_amount), new_amount);
    };
    check("collected", before.collected, now.collected);
    check("spent", before.spent, now.spent);
    check("joined", before.joined, now.joined);
    check("left", before.left, now.left);
}

/// Notes the players in the nomads' records.
void compare_nomads(Lines& lines, const proto::State& state, const Answer& last, std::set<std::string>& players) {
    std::set<std::string> seen;
    std::uint64_t nomads = 0;
    std::uint64_t all_actions = 0;
    Numbers by_action;
    for (const NomadRow& row : last.nomads) {
        players.insert(row.player);
        if (row.id && !seen.insert(*row.id).second) {
            continue;
        }
        nomads += row.count;
        if (row.actions) {
            for (const auto& [action, count] : *row.actions) {
                by_action[action] += count;
                all_actions += count;
            }
        } else if (row.last) {
            ++by_action[*row.last];
            ++all_actions;
        }
    }
    if (!state.document.nomads) {
        return;
    }
    Numbers summed;
    for (const auto& [player, actions] : state.document.nomads->by_player) {
        for (const auto& [action, count] : actions) {
            summed[action] += count;
        }
    }
    std::uint64_t of_top_players = 0;
    for (const auto& player : state.top_players) {
        of_top_players += player.actions;
    }
    lines.equal("nomads", state.document.nomads->total_nomads, nomads);
    lines.equal("by_action", numbers(state.document.nomads->by_action), without_zeros(by_action));
    lines.equal("by_player", summed, without_zeros(by_action));
    lines.equal("top players", of_top_players, all_actions);
}

}  // namespace

std::string differences(const proto::State& state, const Bookkeeper& books, const Habits& habits) {
    Lines lines;
    lines.equal("epoch", state.epoch, books.epoch);
    if (habits.tells_sums()) {
        lines.equal("actions", numbers(state.totals.actions), without_zeros(books.actions));
    }
    lines.equal("nomads created", state.totals.nomads_created, books.nomads_created);
    compare_flow(lines, "gold", state.totals.gold, books.gold);
    compare_flow(lines, "spice", state.totals.spice, books.spice);
    compare_lists(lines, state.totals, books);
    return lines.text();
}

std::string beyond_truth(const proto::State& state, const TrueGame& truth) {
    const auto count = [](const auto& type) { return type.count; };
    Lines lines;
    none_above(lines, "actions", numbers(state.totals.actions), truth.actions);
    lines.at_most("attacks", state.totals.attacks, truth.attacks);
    lines.at_most("successful", state.totals.attacks_successful, truth.successful);
    lines.at_most("destroyed", state.totals.dwellings_destroyed, truth.destroyed);
    none_above(lines, "events", event_numbers(state.totals.events, count), event_numbers(truth.events, count));
    return lines.text();
}

std::string not_truth(const proto::State& state, const TrueGame& truth, const Habits& habits) {
    Lines lines;
    if (habits.actions_can_be_known() || habits.last_actions_can_be_known()) {
        lines.equal("actions in truth", numbers(state.totals.actions), without_zeros(truth.actions));
    }
    if (habits.entries_can_be_known()) {
        compare_lists(lines, state.totals, truth);
    }
    return lines.text();
}

std::string fallen(const proto::State& before, const proto::State& now) {
    Lines lines;
    const auto count = [](const auto& type) { return type.count; };
    none_above(lines, "fallen actions", numbers(before.totals.actions), numbers(now.totals.actions));
    none_above(
        lines, "fallen events", event_numbers(before.totals.events, count), event_numbers(now.totals.events, count));
    lines.at_most("fallen attacks", before.totals.attacks, now.totals.attacks);
    lines.at_most("fallen successful", before.totals.attacks_successful, now.totals.attacks_successful);
    lines.at_most("fallen destroyed", before.totals.dwellings_destroyed, now.totals.dwellings_destroyed);
    lines.at_most("fallen nomads created", before.totals.nomads_created, now.totals.nomads_created);
    lines.at_most("fallen epoch", before.epoch, now.epoch);
    compare_flows_fallen(lines, "fallen gold", before.totals.gold, now.totals.gold);
    compare_flows_fallen(lines, "fallen spice", before.totals.spice, now.totals.spice);
    return lines.text();
}

std::string wrong_levels(const proto::State& state, const Answer& last) {
    Lines lines;
    std::set<std::string> players;
    compare_nomads(lines, state, last, players);
    std::int64_t gold = 0;
    for (const BalanceRow& row : last.resources) {
        players.insert(row.player);
        gold += row.gold;
    }
    std::uint64_t dwellings = 0;
    for (const DwellingRow& row : last.dwellings) {
        players.insert(row.player);
        ++dwellings;
    }
    if (state.document.resources) {
        proto::Amount summed;
        for (const auto& player : state.document.resources->by_player) {
            summed += player.gold;
        }
        lines.equal("gold", state.document.resources->total_gold, proto::Amount{gold});
        lines.equal("gold by_player", summed, proto::Amount{gold});
    }
    if (state.document.dwellings) {
        lines.equal("dwellings", state.document.dwellings->total, dwellings);
    }
    lines.equal("players", state.players, static_cast<std::uint64_t>(players.size()));
    return lines.text();
}

std::string wrong_balance(const proto::State& state, const Bookkeeper& books) {
    Lines lines;
    if (state.document.resources) {
        const auto stock = [](const proto::Flow& flow, std::int64_t start) {
            return proto::Amount{start} + flow.collected - flow.spent + flow.joined - flow.left;
        };
        lines.equal("gold stock", state.document.resources->total_gold, stock(state.totals.gold, books.gold.start));
        lines.equal("spice stock", state.document.resources->total_spice, stock(state.totals.spice, books.spice.start));
    }
    return lines.text();
}

}  // namespace watchtower::collector::test
