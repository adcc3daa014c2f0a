#include "services/ccc-simulator/truth.hpp"

#include <nlohmann/json.hpp>

#include "common/base/clock.hpp"

namespace watchtower::simulator {

namespace {

using Json = nlohmann::ordered_json;

Json number(proto::Amount amount) {
    if (amount.millionths % kUnit == 0) {
        return static_cast<std::int64_t>(amount.millionths / kUnit);
    }
    return static_cast<double>(amount.millionths) / static_cast<double>(kUnit);
}

Json counts(const ActionCounts& done) {
    Json json = Json::object();
    for (std::size_t i = 0; i < kActionCount; ++i) {
        if (done[i] > 0) {
            json[std::string(kActionNames[i])] = done[i];
        }
    }
    return json;
}

/// What all of a player's nomads contribute to the counts by action, in this shape.
ActionCounts shown_actions(const World& world, const Player& player, const Shape& shape) {
    ActionCounts shown{};
    for (NomadIndex i = player.newest_nomad; i != kNone; i = world.people().nomads()[i].older) {
        const Nomad& nomad = world.people().nomads()[i];
        if (!shape.cumulative()) {
            shown[static_cast<std::size_t>(nomad.last_action)] += nomad.has_acted ? 1 : 0;
            continue;
        }
        for (std::size_t action = 0; action < kActionCount; ++action) {
            shown[action] += nomad.done[action];
        }
    }
    return shown;
}

/// What the bodies say now, summed up.
struct Now {
    std::uint64_t nomads = 0;
    ActionCounts by_action{};
    proto::Amount gold;
    proto::Amount spice;
    std::map<std::uint32_t, std::uint64_t> dwellings{{1, 0}, {2, 0}, {3, 0}, {4, 0}};  ///< by level
};

Now sum_up(const World& world, const Shape& shape) {
    Now now;
    for (const PlayerIndex index : world.people().present()) {
        const Player& player = world.people().players()[index];
        const ActionCounts shown = shown_actions(world, player, shape);
        for (std::size_t action = 0; action < kActionCount; ++action) {
            now.by_action[action] += shown[action];
        }
        now.nomads += player.nomads;
        now.gold += proto::Amount{player.gold};
        now.spice += proto::Amount{player.spice};
        for (std::size_t level = 0; level < kDwellingLevels; ++level) {
            now.dwellings[static_cast<std::uint32_t>(level) + 1] += player.dwellings[level];
        }
        if (player.tower > 0) {
            ++now.dwellings[player.tower];
        }
    }
    return now;
}

Json dwellings(const std::map<std::uint32_t, std::uint64_t>& by_level) {
    Json json;
    std::uint64_t total = 0;
    for (const auto& [level, count] : by_level) {
        json["by_level"][std::to_string(level)] = count;
        total += count;
    }
    json["total"] = total;
    return json;
}

Json resource(proto::Amount stock, const Flow& flow) {
    return {{"stock", number(stock)},
            {"income", number(flow.income)},
            {"spent", number(flow.spent)},
            {"joined", number(flow.joined)},
            {"left", number(flow.left)}};
}

Json resource(const Observer::Resource& seen) {
    return {{"start", number(seen.start)},
            {"collected", number(seen.collected)},
            {"spent", number(seen.spent)},
            {"joined", number(seen.joined)},
            {"left", number(seen.left)}};
}

Json pvp(const std::array<CombatTotals, kCombatNames.size()>& by_type) {
    const auto object = [](const CombatTotals& totals) {
        return Json{{"total_attacks", totals.total},
                    {"successful_attacks", totals.successful},
                    {"destroyed_dwellings", totals.destroyed_dwellings}};
    };
    CombatTotals sum;
    Json types;
    for (std::size_t i = 0; i < by_type.size(); ++i) {
        types[std::string(kCombatNames[i])] = object(by_type[i]);
        sum.total += by_type[i].total;
        sum.successful += by_type[i].successful;
        sum.destroyed_dwellings += by_type[i].destroyed_dwellings;
    }
    Json json = object(sum);
    json["by_type"] = std::move(types);
    return json;
}

/// With `affected_shown` false the bodies do not tell whom events affect.
Json events(const std::array<EventTotals, kEventNames.size()>& by_type, bool affected_shown) {
    Json json{{"by_type", Json::object()}};
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < by_type.size(); ++i) {
        json["by_type"][std::string(kEventNames[i])] = {{"count", by_type[i].count},
                                                        {"affected_players", affected_shown ? by_type[i].affected : 0}};
        total += by_type[i].count;
    }
    json["total"] = total;
    return json;
}

Json observed(const Observer& observer, const Shape& shape) {
    Json json;
    for (const proto::Section section : proto::kSections) {
        json["readings"][std::string(to_text(section))] = observer.readings(section);
    }
    if (shape.cumulative()) {
        json["actions"] = counts(observer.actions());
        json["returned_actions"] = counts(observer.returned_actions());
    }
    json["gold"] = resource(observer.gold());
    json["spice"] = resource(observer.spice());
    if (shape.ids) {
        json["pvp"] = pvp(observer.combats());
        json["events"] = events(observer.events(), shape.affected != Shape::Affected::absent);
    }
    return json;
}

Json cheaters(const World& world, const Shape& shape) {
    Json json = Json::array();
    for (const PlayerIndex index : world.people().cheaters()) {
        const Player& player = world.people().players()[index];
        json.push_back({{"player_id", player_id(index, shape)},
                        {"kind", kCheatNames[static_cast<std::size_t>(player.cheat)]},
                        {"strength", player.strength},
                        {"present", player.present()}});
    }
    return json;
}

Json by_player(const World& world, const Shape& shape) {
    Json json = Json::object();
    for (const PlayerIndex index : world.people().present()) {
        const Player& player = world.people().players()[index];
        Json levels;
        for (std::size_t level = 0; level < kDwellingLevels; ++level) {
            levels[std::to_string(level + 1)] = player.dwellings[level];
        }
        if (player.tower > 0) {
            levels[std::to_string(player.tower)] = levels.value(std::to_string(player.tower), 0) + 1;
        }
        // Each id is new: operator[] would look through all of them.
        json.get_ref<Json::object_t&>().push_back({player_id(index, shape),
                                                   {{"nomads", player.nomads},
                                                    {"actions", counts(shown_actions(world, player, shape))},
                                                    {"gold", number(proto::Amount{player.gold})},
                                                    {"spice", number(proto::Amount{player.spice})},
                                                    {"dwellings", std::move(levels)}}});
    }
    return json;
}

}  // namespace

std::string render_truth(const Truth& truth, const World& world, const Shape& shape, const Observer& observer) {
    const Now now = sum_up(world, shape);
    Json json{{"simulated", true},
              {"world", truth.world},
              {"seed", world.options().seed},
              {"epoch", world.epoch()},
              {"step", world.step_number()},
              {"time", to_rfc3339(TimePoint(std::chrono::seconds(World::kStart + world.step_number())))},
              {"players", world.people().present().size()},
              {"players_joined", world.traffic().joined},
              {"players_returned", world.traffic().returned},
              {"players_left", world.traffic().left},
              {"nomads", {{"total_nomads", now.nomads}, {"by_action", counts(now.by_action)}}},
              {"actions", counts(world.actions())},
              {"gold", resource(now.gold, world.treasury().gold())},
              {"spice", resource(now.spice, world.treasury().spice())},
              {"dwellings", dwellings(now.dwellings)},
              {"pvp", pvp(world.combats().by_type())},
              {"events", events(world.events().by_type(), true)},
              {"cheaters", cheaters(world, shape)},
              {"bad_records", truth.bad_records},
              {"observed", observed(observer, shape)}};
    if (truth.by_player) {
        json["by_player"] = by_player(world, shape);
    }
    return json.dump();
}

}  // namespace watchtower::simulator
