#include "tests/e2e/dashboard_truth.hpp"

namespace watchtower::test {

namespace {

using nlohmann::json;
using Labels = std::map<std::string, std::string>;

}  // namespace

double Truth::operator()(const std::string& pointer) const {
    double sum = 0;
    for (const json& world : worlds_) {
        sum += world.at(json::json_pointer(pointer)).get<double>();
    }
    return sum;
}

std::set<std::string> Truth::names(const std::string& pointer, const std::string& below) const {
    std::set<std::string> names;
    for (const json& world : worlds_) {
        for (const auto& [name, value] : world.at(json::json_pointer(pointer)).items()) {
            if (value.at(json::json_pointer(below)) != 0) {
                names.insert(name);
            }
        }
    }
    return names;
}

std::vector<Expected> numbers_now(const Truth& truth) {
    const double attacks = truth("/observed/pvp/total_attacks");
    const double won = truth("/observed/pvp/successful_attacks");
    std::vector<Expected> all = {
        {"gameplay.json", "Players", truth("/players")},
        {"gameplay.json", "Players and nomads", truth("/players")},
        {"gameplay.json", "Players and nomads", truth("/nomads/total_nomads"), {}, "B"},
        {"gameplay.json", "Nomads", truth("/nomads/total_nomads")},
        {"gameplay.json", "Dwellings", truth("/dwellings/total")},
        {"gameplay.json", "Attacks", attacks},
        {"pvp-events.json", "Attacks", attacks},
        {"pvp-events.json", "Attacks won", won / attacks},
        {"pvp-events.json", "Dwellings destroyed", truth("/observed/pvp/destroyed_dwellings")},
        {"pvp-events.json", "Events", truth("/observed/events/total")},
        {"economy.json", "Gold held", truth("/gold/stock")},
        {"economy.json", "Spice held", truth("/spice/stock")},
        {"economy.json", "Resources a player", truth("/gold/stock") / truth("/players"), {{"resource_type", "gold"}}},
    };
    double actions = 0;
    for (const std::string& name : truth.names("/observed/actions")) {
        const double count = truth("/observed/actions/" + name);
        all.push_back({"gameplay.json", "Actions by type since the first sight", count, {{"action_type", name}}});
        actions += count;
    }
    all.push_back({"gameplay.json", "Actions", actions});
    for (const char* level : {"1", "2", "3", "4"}) {
        const double count = truth(std::string("/dwellings/by_level/") + level);
        all.push_back({"gameplay.json", "Dwellings by level", count, {{"level", level}}});
        all.push_back({"economy.json", "Dwellings by level", count, {{"level", level}}});
        all.push_back({"economy.json", "Dwellings by level over time", count, {{"level", level}}});
    }
    for (const char* resource : {"gold", "spice"}) {
        const double stock = truth(std::string("/") + resource + "/stock");
        all.push_back({"gameplay.json", "Resources held", stock, {{"resource_type", resource}}});
        all.push_back({"economy.json", "Resources held", stock, {{"resource_type", resource}}});
    }
    double affected = 0;
    for (const std::string& type : truth.names("/observed/events/by_type", "/count")) {
        const std::string pointer = "/observed/events/by_type/" + type;
        const Labels labels = {{"event_type", type}};
        all.push_back({"pvp-events.json", "Events by type since the first sight", truth(pointer + "/count"), labels});
        all.push_back({"pvp-events.json",
                       "Events by type since the first sight",
                       truth(pointer + "/affected_players"),
                       labels,
                       "B"});
        affected += truth(pointer + "/affected_players");
    }
    all.push_back({"pvp-events.json", "Players affected", affected});
    return all;
}

std::vector<Expected> numbers_since(const Truth& before, const Truth& now) {
    const auto rise = [&](const std::string& pointer) { return now(pointer) - before(pointer); };
    return {{"pvp-events.json", "Attacks in this time", rise("/observed/pvp/total_attacks")},
            {"economy.json", "Gold collected in this time", rise("/observed/gold/collected")},
            {"economy.json", "Spice collected in this time", rise("/observed/spice/collected")},
            {"economy.json", "Gold spent in this time", rise("/observed/gold/spent")},
            {"economy.json", "Spice spent in this time", rise("/observed/spice/spent")}};
}

}  // namespace watchtower::test
