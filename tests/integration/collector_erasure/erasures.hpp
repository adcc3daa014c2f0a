#pragma once

#include <string>

#include <gtest/gtest.h>

#include "common/world_state/redis_states.hpp"
#include "services/collector/erasure/erase_player.hpp"
#include "services/collector/model/hide_players.hpp"
#include "services/collector/store/store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/stored_text.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector::test {

/// A world whose ticks are stored; two games with the same players, of which one goes on as if nobody was erased.
class Erasures : public testing::Test {
protected:
    static constexpr auto kPlayer = "Zoë \"the\\ fox\"";

    Erasures() {
        Store::migrate(client_);
        store_.register_worlds({"default"}, game_.now);
    }

    /// What the next tick reads, in both games.
    void play() {
        ++played_;
        for (Game* game : {&game_, &plain_}) {
            game->nomad(kPlayer, {{"move", 10 * played_}, {"build", 2}}, 1 + played_ % 3);
            game->nomad("bob", {{"move", 4 * played_}});
            game->nomad_that_did("cid", "raid", static_cast<int>(played_));
            game->balance(kPlayer, (std::to_string(100 - played_) + ".25").c_str(), "3");
            game->balance("bob", std::to_string(played_).c_str(), "4");
            game->dwelling(kPlayer, 2);
            game->combat(std::nullopt, true, 1, kPlayer);
            game->combat(std::nullopt, false, 0, "bob");
            game->combat(std::to_string(played_), true, 2, kPlayer);
            game->event(std::nullopt, "raid", 2);
        }
    }

    /// The tick as the owner would store it; its game has gone on afterwards.
    TickWrite write_tick() {
        play();
        plain_.tick();
        const Step step = game_.compare_with(game_.world);
        TickWrite write = tick_write(game_.world, step);
        game_.finish(step);
        return write;
    }

    Store::Outcome store_tick() { return store_.store(write_tick()); }

    Erasure erase(const std::string& player = kPlayer) {
        return erase_player(client_, redis_client_, "default", player);
    }

    void put_into_redis(const proto::State& state) { (void)world_state::put(redis_client_, state, 0); }

    std::string everything() const { return everything_in(postgres_) + everything_in(redis_); }
    /// As JSON and COPY write it, too.
    testing::AssertionResult nothing_names(const std::string& part) const {
        const std::string text = everything();
        const std::size_t at = text.find(part);
        return at == std::string::npos ? testing::AssertionSuccess()
                                       : testing::AssertionFailure() << text.substr(at < 300 ? 0 : at - 300, 600);
    }

    /// The state as everybody counts it, without who is erased.
    static std::string without(proto::State state, const std::string& player = kPlayer) {
        remove_players(state, [&player](std::string_view id) { return id == player; });
        return encode(state);
    }

    watchtower::test::PostgresServer postgres_;
    watchtower::test::RedisServer redis_;
    postgres::Client client_{{.url = postgres_.url()}};
    redis::Client redis_client_{{.url = redis_.url()}};
    Store store_{client_};
    Game game_;
    Game plain_;
    std::uint64_t played_ = 0;
};

}  // namespace watchtower::collector::test
