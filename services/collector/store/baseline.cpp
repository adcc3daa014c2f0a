#include "services/collector/store/baseline.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "common/base/error.hpp"

namespace watchtower::collector {

namespace {

using nlohmann::json;

constexpr std::array kSources = {ActionSource::cumulative,
                                 ActionSource::last,
                                 ActionSource::stamped,
                                 ActionSource::floor,
                                 ActionSource::kept,
                                 ActionSource::estimated};

const char* name_of(ActionSource source) {
    constexpr std::array<const char*, kSources.size()> kNames = {
        "cumulative", "last", "stamped", "floor", "kept", "estimated"};
    return kNames[static_cast<std::size_t>(source)];
}

/// Calls read(json) and turns what nlohmann throws into ours.
template <typename Read>
void decode(std::string_view text, const Read& read) {
    try {
        read(json::parse(text));
    } catch (const json::exception& error) {
        throw BadInput(std::string("a player's baseline: ") + error.what());
    }
}

/// Puts the values of one source back: a number for each action, or a list of them.
void append_all(const json& values, ActionSource source, WorldMemory& world, NameTable::Id player) {
    for (const auto& [action, value] : values.items()) {
        const NameTable::Id id = world.actions.intern(action);
        for (const json& one : value.is_array() ? value : json::array({value})) {
            world.nomads.counts.append(player, id, source, one.get<std::uint64_t>());
        }
    }
}

}  // namespace

std::string encode_baseline(const WorldMemory& world, const Nomads& nomads, NameTable::Id player) {
    json baseline = {{"nomads", nomads.nomads[player]}};
    for (const auto& entry : nomads.counts.of(player)) {
        json& of_source = baseline[name_of(entry.source())];
        const std::string action(world.actions.name(entry.action()));
        if (entry.source() == ActionSource::stamped) {
            of_source[action].push_back(entry.value);
        } else {
            of_source[action] = entry.value;
        }
    }
    return baseline.dump();
}

void decode_baseline(std::string_view text, WorldMemory& world, NameTable::Id player) {
    decode(text, [&](const json& baseline) {
        world.nomads.nomads[player] = baseline.at("nomads").get<std::uint64_t>();
        for (const ActionSource source : kSources) {
            if (const auto values = baseline.find(name_of(source)); values != baseline.end()) {
                append_all(*values, source, world, player);
            }
        }
    });
}

void decode_actions(std::string_view text, WorldMemory& world, NameTable::Id player) {
    decode(text, [&](const json& actions) {
        for (const auto& [action, value] : actions.items()) {
            world.nomads.counts.append(
                player, world.actions.intern(action), ActionSource::cumulative, value.get<std::uint64_t>());
        }
    });
}

}  // namespace watchtower::collector
