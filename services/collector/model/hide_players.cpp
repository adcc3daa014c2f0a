#include "services/collector/model/hide_players.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace watchtower::collector {

namespace {

/// Where the two players stand among the fields of a combat's key.
constexpr std::size_t kAttackerField = 2;
constexpr std::size_t kDefenderField = 3;
constexpr std::size_t kCombatFields = 5;

/// The fields of the key of an entry without an id: "=" and each as "<length>:<text>"; nothing when it is no such key.
std::optional<std::array<std::string_view, kCombatFields>> fields_of(std::string_view key) {
    if (!key.starts_with('=')) {
        return std::nullopt;
    }
    key.remove_prefix(1);
    std::array<std::string_view, kCombatFields> fields;
    for (std::string_view& field : fields) {
        std::size_t length = 0;
        const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), length);
        key.remove_prefix(static_cast<std::size_t>(end - key.data()));
        if (error != std::errc() || !key.starts_with(':') || key.size() - 1 < length) {
            return std::nullopt;
        }
        field = key.substr(1, length);
        key.remove_prefix(1 + length);
    }
    return fields;
}

/// Of a world whose own players have their pseudonyms: who stands in its table was not erased.
PseudonymOf pseudonym_of_unknown(const WorldMemory& world) {
    return [&world](std::string_view player_id) {
        return world.players.find(player_id) == NameTable::kNone ? world.erased.pseudonym_of(player_id) : std::nullopt;
    };
}

/// The same names under the same numbers, with pseudonyms.
NameTable hide_in_names(const NameTable& names, const ErasedPlayers& erased) {
    NameTable hidden;
    for (NameTable::Id id = 0; id < names.size(); ++id) {
        const auto pseudonym = erased.pseudonym_of(names.name(id));
        hidden.intern(pseudonym ? std::string_view(*pseudonym) : names.name(id));
    }
    return hidden;
}

}  // namespace

void hide_players(WorldMemory& world, const ErasedPlayers& erased) {
    world.erased = erased;
    world.players = hide_in_names(world.players, erased);
    KnownEntries combats;
    for (const auto& [key, known] : world.combats) {
        combats.insert_or_assign(hide_in_combat(key, pseudonym_of_unknown(world)).value_or(key), known);
    }
    world.combats = std::move(combats);
    hide_suspects(world);
    if (world.state) {
        remove_players(*world.state, [&erased](std::string_view id) { return erased.pseudonym_of(id).has_value(); });
    }
}

bool remove_players(proto::Document& document, const IsHidden& is_hidden) {
    std::size_t listed = 0;
    std::size_t removed = 0;
    if (document.nomads) {
        listed = document.nomads->by_player.size();
        removed =
            std::erase_if(document.nomads->by_player, [&](const auto& player) { return is_hidden(player.first); });
    }
    if (document.resources) {
        listed = document.resources->by_player.size();
        removed += std::erase_if(document.resources->by_player,
                                 [&](const auto& player) { return is_hidden(player.player_id); });
    }
    if (removed > 0 && !document.players) {
        document.players = listed;
    }
    return removed > 0;
}

bool remove_players(proto::State& state, const IsHidden& is_hidden) {
    const bool listed = remove_players(state.document, is_hidden);
    return std::erase_if(state.top_players, [&](const auto& player) { return is_hidden(player.player_id); }) > 0 ||
           listed;
}

std::optional<std::string> hide_in_combat(std::string_view key, const PseudonymOf& pseudonym_of) {
    const auto fields = fields_of(key);
    if (!fields) {
        return std::nullopt;
    }
    const auto attacker = pseudonym_of((*fields)[kAttackerField]);
    const auto defender = pseudonym_of((*fields)[kDefenderField]);
    if (!attacker && !defender) {
        return std::nullopt;
    }
    std::string hidden = "=";
    for (std::size_t i = 0; i < fields->size(); ++i) {
        std::string_view field = (*fields)[i];
        if (i == kAttackerField && attacker) {
            field = *attacker;
        } else if (i == kDefenderField && defender) {
            field = *defender;
        }
        hidden.append(std::to_string(field.size())).append(":").append(field);
    }
    return hidden;
}

std::optional<ListReading> hide_in_combats(const WorldMemory& world, const ListReading& combats) {
    if (world.erased.empty()) {
        return std::nullopt;
    }
    ListReading hidden;
    bool found = false;
    for (const auto& [key, entry] : combats) {
        const auto other = hide_in_combat(key, pseudonym_of_unknown(world));
        found = found || other;
        hidden.insert_or_assign(other.value_or(key), entry);
    }
    return found ? std::optional(std::move(hidden)) : std::nullopt;
}

}  // namespace watchtower::collector
