#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/collector/model/alerts.hpp"
#include "services/collector/model/moderation.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector::test {

/// A world whose players are judged minute by minute: say what they do, call minute(). A window is five minutes.
class Town {
public:
    struct Player {
        std::uint64_t actions = 10;
        std::uint64_t nomads = 2;
        std::int64_t gold = 100;
        std::uint32_t level = 1;
        bool present = true;
    };

    explicit Town(int size = 60) {
        rules.window = std::chrono::minutes(5);
        game.now = tick_at_or_before(game.now, rules.window);
        for (int i = 0; i < size; ++i) {
            players["p" + std::to_string(i)] = Player{};
        }
    }

    /// What everybody does in a minute: four to six actions that bring two gold each.
    void live() {
        std::uint64_t number = minutes;
        for (auto& [name, player] : players) {
            const std::uint64_t actions = 4 + ++number % 3;
            player.actions += actions;
            player.gold += static_cast<std::int64_t>(2 * actions);
        }
    }

    void minute() {
        live();
        read();
    }
    void minutes_go_by(int count) {
        for (int i = 0; i < count; ++i) {
            minute();
        }
    }
    /// Until the tick that ends the window that is open now.
    void window_goes_by() {
        const TimePoint end = tick_at_or_before(game.now, rules.window) + rules.window;
        while (game.now <= end) {
            minute();
        }
    }

    /// Reads and judges what is now.
    void read() {
        std::vector<std::string> order;
        for (const auto& [name, player] : players) {
            if (player.present) {
                order.push_back(name);
            }
        }
        if (backwards) {
            std::reverse(order.begin(), order.end());
        }
        for (const std::string& name : order) {
            const Player& player = players[name];
            game.nomad(name, {{"move", player.actions}}, player.nomads);
            game.balance(name, std::to_string(player.gold).c_str(), "0");
            game.dwelling(name, player.level);
        }
        Step step = game.compare_with(game.world);
        judge_suspects(game.world, step, rules);
        judge_alerts(step, 0, 0, {.low_activity = 0});
        doubtful.insert(doubtful.end(), step.moderation->doubtful.begin(), step.moderation->doubtful.end());
        log.insert(log.end(), step.alert_log.begin(), step.alert_log.end());
        game.finish(step);
        ++minutes;
    }

    /// Nothing: not accused.
    [[nodiscard]] std::optional<Suspicion> suspicion(const std::string& name, proto::SuspectKind kind) const {
        const auto found = game.world.moderation.watch.find({kind, game.world.players.find(name)});
        return found == game.world.moderation.watch.end() ? std::nullopt : found->second.suspicion;
    }

    /// "p3 gold, p4 moves": everybody who is accused.
    [[nodiscard]] std::string accused() const {
        std::set<std::string> found;
        for (const auto& [key, watched] : game.world.moderation.watch) {
            if (watched.suspicion) {
                found.insert(std::string(game.world.players.name(key.second)) + " " + std::string(to_text(key.first)));
            }
        }
        std::string text;
        for (const std::string& one : found) {
            text.append(text.empty() ? "" : ", ").append(one);
        }
        return text;
    }

    void review(const std::string& name, proto::SuspectKind kind, proto::SuspectState state) {
        note_reviews(game.world, {game.world.moderation.reviews + 1, {{kind, name, state}}});
    }

    [[nodiscard]] std::string active_alerts() const {
        std::string ids;
        for (const proto::Alert& alert : game.state().alerts) {
            ids += alert.type == "suspect_player" ? alert.message + ";" : "";
        }
        return ids;
    }

    Game game;
    ModerationRules rules;
    std::map<std::string, Player> players;
    std::vector<proto::SuspectKind> doubtful;
    std::vector<proto::NumberedAlert> log;
    std::uint64_t minutes = 0;
    bool backwards = false;
};

}  // namespace watchtower::collector::test
