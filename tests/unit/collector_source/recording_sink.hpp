#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/collector/model/records.hpp"

namespace watchtower::collector {

/// Writes each record down as a line of text, with only those members that differ from their defaults.
class RecordingSink final : public RecordSink {
public:
    std::vector<std::string> lines;
    std::optional<InvalidReason> refuse;  ///< every record for this reason

    std::optional<InvalidReason> take(const NomadRecord& record) override {
        std::string line = "nomad " + std::string(record.player_id) + id(record.id);
        if (record.count != 1) {
            line += " count=" + std::to_string(record.count);
        }
        line += record.last_action ? " last=" + std::string(*record.last_action) : "";
        line += record.last_action_at ? " at=" + to_rfc3339(*record.last_action_at) : "";
        if (record.has_actions) {
            line += " actions";
        }
        for (const auto& [name, count] : record.actions) {
            line += " " + std::string(name) + "=" + std::to_string(count);
        }
        return add(line);
    }

    std::optional<InvalidReason> take(const BalanceRecord& record) override {
        return add("balance " + std::string(record.player_id) +
                   (record.gold ? " gold=" + proto::to_text(*record.gold) : "") +
                   (record.spice ? " spice=" + proto::to_text(*record.spice) : ""));
    }

    std::optional<InvalidReason> take(const DwellingRecord& record) override {
        return add("dwelling " + std::string(record.player_id) + " level=" + std::to_string(record.level));
    }

    std::optional<InvalidReason> take(const CombatRecord& record) override {
        return add("combat " + std::string(record.type) + id(record.id) + (record.success ? " success" : " failure") +
                   (record.attacker_id.empty() ? "" : " by=" + std::string(record.attacker_id)) +
                   (record.defender_id.empty() ? "" : " on=" + std::string(record.defender_id)) +
                   " destroyed=" + std::to_string(record.destroyed_dwellings));
    }

    std::optional<InvalidReason> take(const EventRecord& record) override {
        return add("event " + std::string(record.type) + id(record.id) +
                   " affected=" + std::to_string(record.affected_players));
    }

private:
    static std::string id(const std::optional<std::string_view>& id) { return id ? " id=" + std::string(*id) : ""; }

    std::optional<InvalidReason> add(std::string line) {
        if (!refuse) {
            lines.push_back(std::move(line));
        }
        return refuse;
    }
};

}  // namespace watchtower::collector
