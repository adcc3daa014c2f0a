#include "tests/unit/collector_model/true_game.hpp"

#include <algorithm>
#include <array>

namespace watchtower::collector::test {

namespace {

using Form = Habits::Form;
using proto::Section;

constexpr std::array kActions = {"move", "attack", "build"};
constexpr std::array kEventTypes = {"raid", "storm", "calm"};
constexpr std::array kForms = {Form::sums, Form::grouped, Form::last, Form::stamped, Form::mixed, Form::changing};

}  // namespace

Habits::Habits(std::uint64_t of_seed, std::size_t most_players) : seed(of_seed), players(most_players) {
    std::mt19937_64 random(seed * 7919 + 1);
    const auto chance = [&random](double probability) { return std::bernoulli_distribution(probability)(random); };
    form = kForms[seed % kForms.size()];
    if (tells_sums() || form == Form::last || form == Form::stamped) {
        deaths = chance(0.5) ? Deaths::none : chance(0.5) && tells_sums() ? Deaths::inherited : Deaths::lost;
    }
    nomad_ids = form != Form::grouped && chance(0.5);
    list_ids = chance(0.6);
    lists_look_back = list_ids && chance(0.4);
    repeats = chance(0.3);
    slides_unseen = chance(0.3);
    fixed_company = chance(0.4);
    unhurried = chance(0.5);
    resets = tells_sums() && chance(0.5);
    failing = chance(0.6) ? 0.2 : 0;
    dropped = !unhurried && chance(0.5) ? 0.15 : 0;
    step_length = !lists_look_back && chance(0.2) ? Milliseconds(std::chrono::hours(30)) : Milliseconds(60'000);
}

std::string Habits::text() const {
    constexpr std::array kNames = {"sums", "grouped", "last", "stamped", "mixed", "changing"};
    return "seed " + std::to_string(seed) + ", at most " + std::to_string(players) + " players, form " +
           kNames[static_cast<std::size_t>(form)] + ", deaths " + std::to_string(static_cast<int>(deaths)) +
           (nomad_ids ? ", nomad ids" : "") + (list_ids ? ", list ids" : "") +
           (lists_look_back ? ", lists look back" : "") + (repeats ? ", repeats" : "") + (resets ? ", resets" : "");
}

TrueGame::TrueGame(const Habits& habits) : habits_(habits), random_(habits.seed) {}

void TrueGame::act(Nomad& nomad) {
    const std::string action = kActions[number(kActions.size() - 1)];
    ++nomad.actions[action];
    ++actions[action];
    nomad.last = action;
    nomad.at = ++now_;
}

void TrueGame::change_company(Player& player) {
    if (player.nomads.size() < 4 && chance(0.2)) {
        Nomad nomad;
        nomad.id = "n" + std::to_string(next_nomad_++);
        nomad.form = habits_.form == Form::mixed ? kForms[number(1) * 2 + number(1)] : habits_.form;
        if (nomad.form == Form::changing) {
            nomad.form = player.nomads.empty() ? Form::sums : player.nomads.front().form;
        }
        player.nomads.push_back(nomad);
    }
    if (habits_.deaths == Habits::Deaths::none || player.nomads.size() < 2 || !chance(0.1)) {
        return;
    }
    if (habits_.deaths == Habits::Deaths::inherited) {
        for (const auto& [action, count] : player.nomads.back().actions) {
            player.nomads.front().actions[action] += count;
        }
    }
    player.nomads.pop_back();
}

void TrueGame::live(Player& player) {
    for (Nomad& nomad : player.nomads) {
        for (std::uint64_t n = number(habits_.unhurried ? 1 : 3); n > 0; --n) {
            act(nomad);
        }
    }
    change_company(player);
    if (habits_.form == Form::changing && chance(0.15)) {
        // Mixed tells nothing at all, which only sums survive: a last action that is told again is one more.
        constexpr std::array kToChangeTo = {Form::sums, Form::last, Form::stamped, Form::mixed};
        const bool may_be_silent = player.nomads.empty() || player.nomads.front().form == Form::sums;
        const Form form = kToChangeTo[number(may_be_silent ? 3 : 2)];
        for (Nomad& nomad : player.nomads) {
            nomad.form = form;
        }
    }
    player.gold = std::max<std::int64_t>(0, player.gold + static_cast<std::int64_t>(number(9'000'000)) - 4'000'000);
    player.spice = chance(0.3) ? static_cast<std::int64_t>(number(5)) : player.spice;
    if (chance(0.1)) {
        player.dwellings.push_back(static_cast<std::uint32_t>(1 + number(5)));
    } else if (chance(0.05) && !player.dwellings.empty()) {
        player.dwellings.pop_back();
    }
}

void TrueGame::happen() {
    const auto id = [this](const Entries& entries) {
        return habits_.list_ids ? std::optional(std::to_string(entries.all.size() + 1)) : std::nullopt;
    };
    for (std::uint64_t n = number(3); n > 0; --n) {
        combats_.all.push_back({id(combats_), "attack", chance(0.5), "a" + std::to_string(number(2)), number(2)});
        ++attacks;
        successful += combats_.all.back().success ? 1 : 0;
        destroyed += combats_.all.back().affected;
    }
    for (std::uint64_t n = number(2); n > 0; --n) {
        events_.all.push_back({id(events_), kEventTypes[number(2)], false, "", number(2)});
        ++events[events_.all.back().type].count;
        events[events_.all.back().type].affected += events_.all.back().affected;
    }
}

void TrueGame::live() {
    for (auto& [name, player] : players_) {
        if (!player.here) {
            player.here = chance(0.15);
        } else {
            live(player);
            player.here = habits_.fixed_company || !chance(0.07);
        }
    }
    if (players_.size() < habits_.players && chance(0.6)) {
        Player& player = players_["p" + std::to_string(players_.size() + 1)];
        player.gold = static_cast<std::int64_t>(number(100'000'000));
        change_company(player);
    }
    happen();
}

void TrueGame::begin_anew() {
    ++epoch;
    for (auto& [name, player] : players_) {
        player = Player{};
        player.here = chance(0.8);
        change_company(player);
    }
    combats_ = {};
    events_ = {};
    happen();
}

void TrueGame::show(const std::string& name, const Player& player, Answer& answer) {
    if (habits_.form == Form::grouped) {
        NomadRow row{name, std::nullopt, player.nomads.size(), std::map<std::string, std::uint64_t>(), {}, {}};
        for (const Nomad& nomad : player.nomads) {
            for (const auto& [action, count] : nomad.actions) {
                (*row.actions)[action] += count;
            }
        }
        answer.nomads.push_back(row);
    } else {
        for (const Nomad& nomad : player.nomads) {
            NomadRow row{name, std::nullopt, 1, std::nullopt, std::nullopt, std::nullopt};
            const bool acted = !nomad.last.empty();
            if (habits_.nomad_ids) {
                row.id = nomad.id;
            }
            if (nomad.form == Form::sums || nomad.form == Form::grouped) {
                row.actions = nomad.actions;
            } else if (acted && (nomad.form == Form::last || nomad.form == Form::stamped)) {
                row.last = nomad.last;
                row.at = nomad.form == Form::stamped ? std::optional(nomad.at) : std::nullopt;
            }
            answer.nomads.push_back(row);
        }
    }
    answer.resources.push_back({name, player.gold, player.spice});
    for (const std::uint32_t level : player.dwellings) {
        answer.dwellings.push_back({name, level});
    }
}

std::vector<EntryRow> TrueGame::window(Entries& entries, bool all) {
    std::size_t first = entries.kept > 4 ? entries.kept - number(4) : 0;
    if (habits_.slides_unseen && !all) {
        first = std::min<std::size_t>(entries.all.size(), first + number(4));
    }
    if (habits_.lists_look_back) {
        first = std::min<std::size_t>(first, number(entries.all.size()));
    } else {
        first = entries.first = std::max(first, entries.first);
    }
    return {entries.all.begin() + static_cast<std::ptrdiff_t>(first), entries.all.end()};
}

Answer TrueGame::answer(bool all) {
    Answer answer;
    for (auto& [name, player] : players_) {
        player.here = player.here || all;
        if (player.here) {
            show(name, player, answer);
        }
    }
    for (bool& failed : answer.failed) {
        failed = !all && chance(habits_.failing);
    }
    if (habits_.unhurried || (habits_.resets && !habits_.list_ids)) {
        answer.failed[proto::index(Section::nomads)] = false;
    }
    answer.combats = window(combats_, all);
    answer.events = window(events_, all);
    if (habits_.repeats && habits_.list_ids && !answer.combats.empty()) {
        answer.combats.push_back(answer.combats[number(answer.combats.size() - 1)]);
    }
    if (habits_.repeats && habits_.nomad_ids && !answer.nomads.empty()) {
        answer.nomads.push_back(answer.nomads[number(answer.nomads.size() - 1)]);
    }
    return answer;
}

void TrueGame::keep(const Answer& answer) {
    if (answer.was_read(Section::pvp)) {
        combats_.kept = combats_.all.size();
    }
    if (answer.was_read(Section::events)) {
        events_.kept = events_.all.size();
    }
}

}  // namespace watchtower::collector::test
