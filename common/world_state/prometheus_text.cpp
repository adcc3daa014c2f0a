#include "common/world_state/prometheus_text.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "common/world_state/families.hpp"

namespace watchtower::world_state {

namespace {

using metrics::Label;
using proto::Amount;
using proto::Section;
using proto::TopPlayer;

constexpr std::string_view kOther = "_other";

/// Ids that begin with an underscore get another, so that none can be taken for "_other".
std::string player_label(const std::string& player_id) {
    return player_id.starts_with('_') ? "_" + player_id : player_id;
}

std::vector<Shown> shown_worlds(const Worlds& worlds, TimePoint now, std::size_t top_players) {
    std::vector<Shown> shown;
    for (const World& world : worlds.all) {
        if (world.state == nullptr) {
            continue;
        }
        const auto& players = world.state->top_players;
        const std::span<const TopPlayer> top(players.data(), std::min(players.size(), top_players));
        std::vector<std::string> labels;
        labels.reserve(top.size());
        for (const TopPlayer& player : top) {
            labels.push_back(player_label(player.player_id));
        }
        shown.push_back({*world.state, freshness(*world.state, now), top, std::move(labels)});
    }
    return shown;
}

std::vector<std::string_view> uncollected(const Worlds& worlds) {
    std::vector<std::string_view> names;
    for (const World& world : worlds.all) {
        if (world.state == nullptr) {
            names.push_back(world.name);
        }
    }
    return names;
}

/// What `total` has beyond the sum of `part` over the players shown; zero rather than negative when a state
/// contradicts itself.
template <typename T, typename Part>
T others(T total, const Shown& world, Part part) {
    T shown{};
    for (const TopPlayer& player : world.top_players) {
        shown += part(player);
    }
    return total > shown ? total - shown : T{};
}

std::uint64_t sum(const proto::Counts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}, [](std::uint64_t total, const auto& entry) {
        return total + entry.second;
    });
}

void add_counts(const WorldSamples& samples, std::string_view label, const proto::Counts& counts) {
    for (const auto& [name, count] : counts) {
        samples.add({label, name}, count);
    }
}

void append_nomads(GameText& text) {
    text.gauge("ccc_nomads", "Nomads of all players now.", [](const Shown& world, const WorldSamples& samples) {
        if (world.shows(Section::nomads)) {
            samples.add(world.state.document.nomads->total_nomads);
        }
    });
    text.gauge(
        "ccc_players",
        "Players in any of the sections nomads, resources and dwellings as last read.",
        [](const Shown& world, const WorldSamples& samples) {
            if (world.shows(Section::nomads) || world.shows(Section::resources) || world.shows(Section::dwellings)) {
                samples.add(world.state.players);
            }
        });
    text.counter("ccc_nomad_actions_total",
                 "Actions of nomads since the first sight of the world. A lower bound where the game tells only each "
                 "nomad's last action.",
                 [](const Shown& world, const WorldSamples& samples) {
                     add_counts(samples, "action_type", world.state.totals.actions);
                 });
}

void append_resources(GameText& text) {
    text.gauge(
        "ccc_resources", "Resources that all players hold now.", [](const Shown& world, const WorldSamples& samples) {
            if (world.shows(Section::resources)) {
                samples.add({"resource_type", "gold"}, to_double(world.state.document.resources->total_gold));
                samples.add({"resource_type", "spice"}, to_double(world.state.document.resources->total_spice));
            }
        });
    text.counter("ccc_resources_collected_total",
                 "Rises of players' balances between reads since the first sight of the world. A lower bound: what was "
                 "collected and spent within one interval cancels out.",
                 [](const Shown& world, const WorldSamples& samples) {
                     samples.add({"resource_type", "gold"}, to_double(world.state.totals.gold.collected));
                     samples.add({"resource_type", "spice"}, to_double(world.state.totals.spice.collected));
                 });
    text.counter("ccc_resources_spent_total",
                 "Falls of players' balances between reads since the first sight of the world. A lower bound: what was "
                 "collected and spent within one interval cancels out.",
                 [](const Shown& world, const WorldSamples& samples) {
                     samples.add({"resource_type", "gold"}, to_double(world.state.totals.gold.spent));
                     samples.add({"resource_type", "spice"}, to_double(world.state.totals.spice.spent));
                 });
}

void append_dwellings(GameText& text) {
    text.gauge("ccc_dwellings", "Dwellings now, by level.", [](const Shown& world, const WorldSamples& samples) {
        if (world.shows(Section::dwellings)) {
            for (const auto& [level, count] : world.state.document.dwellings->by_level) {
                samples.add({"level", std::to_string(level)}, count);
            }
        }
    });
    text.gauge("ccc_dwelling_levels",
               "Level of the player's highest dwelling; 0 without one. Only of the most active players.",
               [](const Shown& world, const WorldSamples& samples) {
                   if (world.shows(Section::dwellings)) {
                       for (std::size_t i = 0; i < world.top_players.size(); ++i) {
                           samples.add({"player_id", world.player_labels[i]}, world.top_players[i].highest_level);
                       }
                   }
               });
}

/// One series for each player shown and one for all others.
template <typename T, typename Part>
void add_by_player(const Shown& world, T total, Part part, const WorldSamples& samples) {
    for (std::size_t i = 0; i < world.top_players.size(); ++i) {
        samples.add({"player_id", world.player_labels[i]}, part(world.top_players[i]));
    }
    samples.add({"player_id", kOther}, others(total, world, part));
}

void append_players(GameText& text) {
    text.gauge("ccc_active_nomads",
               "Nomads of the most active players now, and of all others as _other.",
               [](const Shown& world, const WorldSamples& samples) {
                   if (world.shows(Section::nomads)) {
                       add_by_player(
                           world,
                           world.state.document.nomads->total_nomads,
                           [](const TopPlayer& player) { return player.nomads; },
                           samples);
                   }
               });
    text.gauge("ccc_player_actions",
               "Actions of the most active players as last read, and of all others as _other.",
               [](const Shown& world, const WorldSamples& samples) {
                   if (world.shows(Section::nomads)) {
                       add_by_player(
                           world,
                           sum(world.state.document.nomads->by_action),
                           [](const TopPlayer& player) { return player.actions; },
                           samples);
                   }
               });
}

void add_resource_of_players(const Shown& world,
                             std::string_view resource,
                             Amount total,
                             Amount TopPlayer::*balance,
                             const WorldSamples& samples) {
    const Label type{"resource_type", resource};
    for (std::size_t i = 0; i < world.top_players.size(); ++i) {
        samples.add({"player_id", world.player_labels[i]}, type, to_double(world.top_players[i].*balance));
    }
    const auto part = [balance](const TopPlayer& player) { return player.*balance; };
    samples.add({"player_id", kOther}, type, to_double(others(total, world, part)));
}

void append_player_resources(GameText& text) {
    text.gauge("ccc_player_resources",
               "Resources of the most active players now, and of all others as _other.",
               [](const Shown& world, const WorldSamples& samples) {
                   if (world.shows(Section::resources)) {
                       const auto& resources = *world.state.document.resources;
                       add_resource_of_players(world, "gold", resources.total_gold, &TopPlayer::gold, samples);
                       add_resource_of_players(world, "spice", resources.total_spice, &TopPlayer::spice, samples);
                   }
               });
}

void append_pvp(GameText& text) {
    text.counter("ccc_pvp_actions_total",
                 "Combat records since the first sight of the world, by type. An estimate where the game's records "
                 "have no ids.",
                 [](const Shown& world, const WorldSamples& samples) {
                     add_counts(samples, "action_type", world.state.totals.attacks_by_type);
                 });
    text.counter("ccc_pvp_attacks_total",
                 "Attacks since the first sight of the world, by result. An estimate where the game's records have no "
                 "ids.",
                 [](const Shown& world, const WorldSamples& samples) {
                     const auto& totals = world.state.totals;
                     const std::uint64_t failures =
                         totals.attacks - std::min(totals.attacks, totals.attacks_successful);
                     samples.add({"result", "success"}, totals.attacks_successful);
                     samples.add({"result", "failure"}, failures);
                 });
    text.counter(
        "ccc_pvp_dwellings_destroyed_total",
        "Dwellings destroyed in combat since the first sight of the world. An estimate where the game's "
        "records have no ids.",
        [](const Shown& world, const WorldSamples& samples) { samples.add(world.state.totals.dwellings_destroyed); });
}

void append_events(GameText& text) {
    text.counter("ccc_events_triggered_total",
                 "Events since the first sight of the world. An estimate where the game's records have no ids.",
                 [](const Shown& world, const WorldSamples& samples) {
                     for (const auto& type : world.state.totals.events) {
                         samples.add({"event_type", type.type}, type.count);
                     }
                 });
    text.counter("ccc_event_affected_players_total",
                 "Players that events affected, summed over events, since the first sight of the world. An estimate "
                 "where the game's records have no ids.",
                 [](const Shown& world, const WorldSamples& samples) {
                     for (const auto& type : world.state.totals.events) {
                         samples.add({"event_type", type.type}, type.affected_players);
                     }
                 });
}

void append_condition(GameText& text) {
    text.gauge("ccc_alerts_active",
               "Alerts of Watchtower that are open now, by kind; 0 where none is.",
               [](const Shown& world, const WorldSamples& samples) {
                   std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> open;
                   for (const proto::AlertType type : proto::kAlertTypes) {
                       open[{to_text(type), severity_of(type)}] = 0;
                   }
                   for (const proto::Alert& alert : world.state.alerts) {
                       if (alert.state == proto::AlertState::active) {
                           ++open[{alert.type, alert.severity}];
                       }
                   }
                   for (const auto& [kind, count] : open) {
                       samples.add({"alert_type", kind.first}, {"severity", kind.second}, count);
                   }
               });
    text.gauge("ccc_snapshot_timestamp_seconds",
               "When fetching of the state shown here began, in seconds since the epoch.",
               [](const Shown& world, const WorldSamples& samples) {
                   const auto since_epoch = world.state.timestamp.time_since_epoch();
                   samples.add(std::chrono::duration<double>(since_epoch).count());
               });
    text.gauge(
        "ccc_section_stale",
        "Whether the section's values are from an earlier read (1) or from the newest (0); 1 as well where it "
        "was never read.",
        [](const Shown& world, const WorldSamples& samples) {
            for (const Section section : proto::kSections) {
                const bool stale = world.freshness.stale[proto::index(section)].has_value();
                samples.add({"section", to_text(section)}, stale ? 1 : 0);
            }
        },
        [](const WorldSamples& samples) {
            for (const Section section : proto::kSections) {
                samples.add({"section", to_text(section)}, 1);
            }
        });
    text.gauge("watchtower_world_simulated",
               "Whether the world comes from a simulated game (1) or a real one (0).",
               [](const Shown& world, const WorldSamples& samples) { samples.add(world.state.simulated ? 1 : 0); });
}

}  // namespace

std::string prometheus_text(const Worlds& worlds, TimePoint now, std::size_t top_players) {
    GameText text(shown_worlds(worlds, now, top_players), uncollected(worlds));
    append_nomads(text);
    append_players(text);
    append_resources(text);
    append_player_resources(text);
    append_dwellings(text);
    append_pvp(text);
    append_events(text);
    append_condition(text);
    return std::move(text).take();
}

}  // namespace watchtower::world_state
