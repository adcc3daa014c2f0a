#include "tests/unit/collector_model/answer.hpp"

#include <algorithm>

namespace watchtower::collector::test {

namespace {

std::string text_of(const NomadRow& row) {
    std::string text =
        row.player + (row.id ? "#" + *row.id : "") + (row.count != 1 ? "*" + std::to_string(row.count) : "");
    if (row.actions) {
        text += "{";
        for (const auto& [action, count] : *row.actions) {
            text += action + ":" + std::to_string(count) + " ";
        }
        text += "}";
    }
    return text + (row.last ? " did " + *row.last : "") + (row.at ? "@" + std::to_string(*row.at) : "");
}

std::string text_of(const EntryRow& row) {
    return (row.id ? "#" + *row.id + " " : "") + row.type + (row.success ? "+" : "-") + row.attacker + "/" +
           std::to_string(row.affected);
}

std::string text_of(const BalanceRow& row) {
    return row.player + ":" + std::to_string(row.gold) + "/" + std::to_string(row.spice);
}

std::string text_of(const DwellingRow& row) {
    return row.player + ":" + std::to_string(row.level);
}

template <typename Row>
std::string text_of(const char* name, const std::vector<Row>& rows, bool failed) {
    std::string text = std::string("  ") + name + (failed ? " (failed)" : "");
    for (const Row& row : rows) {
        text += "  " + text_of(row);
    }
    return text + "\n";
}

CombatRecord combat(const EntryRow& row) {
    return {row.id, row.type, row.success, row.attacker, "d", row.affected};
}

EventRecord event(const EntryRow& row) {
    return {row.id, row.type, row.affected, 0};
}

}  // namespace

bool Answer::is_complete() const {
    return std::none_of(failed.begin(), failed.end(), [](bool one) { return one; });
}

void Answer::shuffle(std::mt19937_64& random) {
    std::shuffle(nomads.begin(), nomads.end(), random);
    std::shuffle(resources.begin(), resources.end(), random);
    std::shuffle(dwellings.begin(), dwellings.end(), random);
    std::shuffle(combats.begin(), combats.end(), random);
    std::shuffle(events.begin(), events.end(), random);
}

void Answer::read_by(Game& game) const {
    for (const NomadRow& row : nomads) {
        NomadRecord record;
        record.player_id = row.player;
        record.id = row.id;
        record.count = row.count;
        record.last_action = row.last;
        if (row.at) {
            record.last_action_at = TimePoint(std::chrono::seconds(*row.at));
        }
        record.has_actions = row.actions.has_value();
        if (row.actions) {
            record.actions.assign(row.actions->begin(), row.actions->end());
        }
        (void)game.begun().take(record);
    }
    for (const BalanceRow& row : resources) {
        (void)game.begun().take(BalanceRecord{row.player, proto::Amount{row.gold}, proto::Amount{row.spice}, true});
    }
    for (const DwellingRow& row : dwellings) {
        (void)game.begun().take(DwellingRecord{row.player, row.level});
    }
    for (const EntryRow& row : combats) {
        (void)game.begun().take(combat(row));
    }
    for (const EntryRow& row : events) {
        (void)game.begun().take(event(row));
    }
    for (const proto::Section section : proto::kSections) {
        if (!was_read(section)) {
            game.fail(section);
        }
    }
}

std::string Answer::text() const {
    return text_of("nomads", nomads, failed[0]) + text_of("resources", resources, failed[1]) +
           text_of("dwellings", dwellings, failed[2]) + text_of("combats", combats, failed[3]) +
           text_of("events", events, failed[4]);
}

}  // namespace watchtower::collector::test
