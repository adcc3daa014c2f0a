#include "tests/support/truth.hpp"

#include <map>
#include <optional>

#include <nlohmann/json.hpp>

namespace watchtower::test {

namespace {

using nlohmann::json;

/// Collects a line for each pair that is not equal.
class Comparison {
public:
    template <typename T>
    void expect(const std::string& what, const T& actual, const T& truth) {
        if (actual != truth) {
            lines_ += what + ": " + json(actual).dump() + ", truth: " + json(truth).dump() + "\n";
        }
    }
    /// As amounts: the text of a double is not always the shortest that reads as that double.
    void expect(const std::string& what, proto::Amount actual, const json& truth) {
        const std::optional<proto::Amount> exact = proto::parse_amount(truth.dump());
        expect(what, to_text(actual), exact ? to_text(*exact) : truth.dump());
    }

    [[nodiscard]] const std::string& lines() const { return lines_; }

private:
    std::string lines_;
};

using Numbers = std::map<std::string, std::uint64_t>;

Numbers numbers(const proto::Counts& counts) {
    return {counts.begin(), counts.end()};
}

void compare_flow(Comparison& comparison, const std::string& resource, const proto::Flow& flow, const json& truth) {
    comparison.expect(resource + " collected", flow.collected, truth.at("collected"));
    comparison.expect(resource + " spent", flow.spent, truth.at("spent"));
    comparison.expect(resource + " joined", flow.joined, truth.at("joined"));
    comparison.expect(resource + " left", flow.left, truth.at("left"));
}

void compare_levels(Comparison& comparison, const proto::Document& document, const json& truth) {
    comparison.expect("nomads", document.nomads->total_nomads, truth["nomads"]["total_nomads"].get<std::uint64_t>());
    Numbers by_action = truth["nomads"]["by_action"].get<Numbers>();
    std::erase_if(by_action, [](const auto& action) { return action.second == 0; });
    comparison.expect("nomads by action", numbers(document.nomads->by_action), by_action);
    comparison.expect("gold", document.resources->total_gold, truth["gold"]["stock"]);
    comparison.expect("spice", document.resources->total_spice, truth["spice"]["stock"]);
    Numbers levels;
    for (const auto& [level, count] : document.dwellings->by_level) {
        levels[std::to_string(level)] = count;
    }
    comparison.expect("dwellings by level", levels, truth["dwellings"]["by_level"].get<Numbers>());
    comparison.expect("dwellings", document.dwellings->total, truth["dwellings"]["total"].get<std::uint64_t>());
}

void compare_totals(Comparison& comparison, const proto::Totals& totals, const json& observed, Flows flows) {
    Numbers actions = observed["actions"].get<Numbers>();
    std::erase_if(actions, [](const auto& action) { return action.second == 0; });
    comparison.expect("actions", numbers(totals.actions), actions);
    if (flows == Flows::compared) {
        compare_flow(comparison, "gold", totals.gold, observed["gold"]);
        compare_flow(comparison, "spice", totals.spice, observed["spice"]);
    }
    const json& pvp = observed["pvp"];
    comparison.expect("attacks", totals.attacks, pvp["total_attacks"].get<std::uint64_t>());
    comparison.expect("successful attacks", totals.attacks_successful, pvp["successful_attacks"].get<std::uint64_t>());
    comparison.expect(
        "dwellings destroyed", totals.dwellings_destroyed, pvp["destroyed_dwellings"].get<std::uint64_t>());
    std::map<std::string, Numbers> events;
    for (const auto& type : totals.events) {
        events[type.type] = {{"count", type.count}, {"affected_players", type.affected_players}};
    }
    auto true_events = observed["events"]["by_type"].get<std::map<std::string, Numbers>>();
    std::erase_if(true_events, [](const auto& type) { return type.second.at("count") == 0; });
    comparison.expect("events", events, true_events);
}

}  // namespace

std::string differences(const std::string& truth_text, const proto::State& state, Flows flows) {
    const json truth = json::parse(truth_text);
    const proto::Document& document = state.document;
    if (!document.nomads || !document.resources || !document.dwellings || !document.pvp || !document.events) {
        return "a section was never read\n";
    }
    Comparison comparison;
    comparison.expect("players", state.players, truth["players"].get<std::uint64_t>());
    compare_levels(comparison, document, truth);
    compare_totals(comparison, state.totals, truth["observed"], flows);
    return comparison.lines();
}

}  // namespace watchtower::test
