#include "services/ccc-simulator/shape.hpp"

#include <functional>
#include <map>

#include "common/base/error.hpp"

namespace watchtower::simulator {

Shape parse_shape(const std::vector<std::string>& words) {
    using Nomads = Shape::Nomads;
    using Affected = Shape::Affected;
    static const std::map<std::string, std::function<void(Shape&)>> kChoices = {
        {"nomads=actions", [](Shape& shape) { shape.nomads = Nomads::actions; }},
        {"nomads=grouped", [](Shape& shape) { shape.nomads = Nomads::grouped; }},
        {"nomads=last_action", [](Shape& shape) { shape.nomads = Nomads::last_action; }},
        {"nomads=last_action_at", [](Shape& shape) { shape.nomads = Nomads::last_action_at; }},
        {"nomads=action_type", [](Shape& shape) { shape.nomads = Nomads::action_type; }},
        {"resources=players", [](Shape& shape) { shape.resource_rows = false; }},
        {"resources=resources", [](Shape& shape) { shape.resource_rows = true; }},
        {"pvp=combats", [](Shape& shape) { shape.pvp_actions = false; }},
        {"pvp=pvp_actions", [](Shape& shape) { shape.pvp_actions = true; }},
        {"players=string", [](Shape& shape) { shape.integer_players = false; }},
        {"players=integer", [](Shape& shape) { shape.integer_players = true; }},
        {"ids=present", [](Shape& shape) { shape.ids = true; }},
        {"ids=absent", [](Shape& shape) { shape.ids = false; }},
        {"affected=ids", [](Shape& shape) { shape.affected = Affected::ids; }},
        {"affected=count", [](Shape& shape) { shape.affected = Affected::count; }},
        {"affected=absent", [](Shape& shape) { shape.affected = Affected::absent; }},
    };
    Shape shape;
    for (const std::string& word : words) {
        const auto choice = kChoices.find(word);
        if (choice == kChoices.end()) {
            std::string known;
            for (const auto& [name, apply] : kChoices) {
                known.append(known.empty() ? "" : ", ").append(name);
            }
            throw BadInput(std::string("'").append(word).append("' is none of ").append(known));
        }
        choice->second(shape);
    }
    return shape;
}

std::string player_id(PlayerIndex player, const Shape& shape) {
    const std::string number = std::to_string(std::uint64_t{player} + 1);
    return shape.integer_players ? number : "player" + number;
}

}  // namespace watchtower::simulator
