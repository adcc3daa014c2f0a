#include "services/collector/erasure/erase_player.hpp"

#include <string_view>

#include "common/base/error.hpp"
#include "common/base/utf8.hpp"
#include "proto-json/names.hpp"
#include "services/collector/erasure/redis_state.hpp"
#include "services/collector/erasure/tables.hpp"

namespace watchtower::collector {

namespace {

void check_id(std::string_view id) {
    if (id.empty()) {
        throw BadInput("player: the id is empty");
    }
    while (!id.empty()) {
        const std::size_t length = id.front() == '\0' ? 0 : utf8_sequence_length(id);
        if (length == 0) {
            throw BadInput("player: the id is no UTF-8 text");
        }
        id.remove_prefix(length);
    }
}

void clean_redis(redis::Client& redis,
                 const std::string& world,
                 const std::string& player_id,
                 const std::optional<std::string>& stored,
                 Erasure& erasure) {
    const auto is_hidden = [&player_id](std::string_view id) { return id == player_id; };
    try {
        erasure.in_redis = hide_in_redis(redis, world, is_hidden, stored);
        const auto waiting = redis.command({"HLEN", proto::outbox_key(world)}, {.repeatable = true});
        erasure.waiting_ticks = static_cast<std::uint64_t>(waiting.integer());
    } catch (const Error& error) {
        erasure.redis_error = error.what();  // the rest stands: an operator repeats it
    }
}

}  // namespace

Erasure erase_player(postgres::Client& postgres,
                     redis::Client& redis,
                     const std::string& world,
                     const std::string& player_id,
                     const std::stop_token& stop) {
    check_id(player_id);
    Erasure erasure;
    const Fenced fenced = fence(postgres, world, player_id);
    erasure.erased_before = fenced.erased_before;
    erasure.current = fenced.current;
    erasure.suspects = fenced.suspects;
    erasure.list_entries = fenced.list_entries;
    erasure.activity = erase_activity(postgres, world, player_id, stop);
    erasure.daily = erase_daily(postgres, world, player_id);
    erasure.snapshots = erase_in_snapshots(postgres, world, player_id, stop);
    clean_redis(redis, world, player_id, newest_state(postgres, world), erasure);
    return erasure;
}

}  // namespace watchtower::collector
