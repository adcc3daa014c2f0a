#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/postgres/client.hpp"
#include "proto-json/state.hpp"

/// Who is in the game, and what they have: pages of lists, and one player.
namespace watchtower::gateway {

enum class PlayerSort { actions, gold, spice, dwellings, nomads };
enum class SortOrder { descending, ascending };

inline constexpr std::array kPlayerSorts = {
    PlayerSort::actions, PlayerSort::gold, PlayerSort::spice, PlayerSort::dwellings, PlayerSort::nomads};

/// "actions"; "desc".
[[nodiscard]] std::string_view to_text(PlayerSort sort);
[[nodiscard]] std::string_view to_text(SortOrder order);
/// Nothing for other text.
[[nodiscard]] std::optional<PlayerSort> parse_player_sort(std::string_view text);
[[nodiscard]] std::optional<SortOrder> parse_sort_order(std::string_view text);

/// Where a page of a list ends: what its last player has of the list's sort as decimal text (nothing: not known), and
/// his id.
struct PlayerPlace {
    std::optional<std::string> value;
    std::string player_id;

    bool operator==(const PlayerPlace&) const = default;
    bool operator<(const PlayerPlace& other) const {
        return std::tie(value, player_id) < std::tie(other.value, other.player_id);
    }
};

/// A list is ordered by what players have, unknown values last in both orders; those with the same by their ids,
/// bytewise and ascending in both orders.
struct PlayersQuestion {
    std::string world;
    PlayerSort sort = PlayerSort::actions;
    SortOrder order = SortOrder::descending;
    int limit = kUsualLimit;           ///< 1 to kMostLimit
    std::optional<PlayerPlace> after;  ///< the page begins behind it; nothing: the list's beginning

    bool operator<(const PlayersQuestion& other) const {
        return std::tie(world, sort, order, limit, after) <
               std::tie(other.world, other.sort, other.order, other.limit, other.after);
    }

    static constexpr int kUsualLimit = 50;
    static constexpr int kMostLimit = 1000;
};

/// What the last reads told of a player. Numbers are JSON texts with all their digits; nothing: not known.
struct PlayerNow {
    using Number = std::optional<std::string>;

    std::string player_id;
    Number nomads;
    Number actions;
    Number gold;
    Number spice;
    Number dwellings;
    Number highest_level;  ///< of his dwellings; 0: he has none
    std::optional<TimePoint> last_active;
};

struct PlayersPage {
    std::vector<PlayerNow> players;
    std::optional<PlayerPlace> next;  ///< nothing: the list ends here
    std::optional<TimePoint> tick;    ///< what the page tells of; nothing: nothing was ever stored of this world
};

/// Asks the table; by actions the same few rows of an index for every page of a list, else the world's players. A
/// player who does not change while a list is read page by page stands in it once. Erased players are in no table.
/// Throws as the transaction does.
[[nodiscard]] PlayersPage query_players(pqxx::transaction_base& transaction, const PlayersQuestion& question);

/// One player, whether he is in the game or was.
struct PlayerDetails {
    PlayerNow now;
    bool in_game = false;              ///< some section of the last reads lists him
    std::string actions_by_name;       ///< a JSON object, highest first; empty: not known
    std::string actions_counted;       ///< since he was first seen; never falls
    std::optional<std::int64_t> rank;  ///< in the list by actions, from 1; nothing: beyond kMostRank, or not known
    TimePoint first_seen;
    TimePoint changed_at;           ///< of the last tick that changed him
    std::optional<TimePoint> tick;  ///< as a page's

    static constexpr std::int64_t kMostRank = 1000;
};

/// Nothing: there is no such player, or none any more. Throws as the transaction does.
[[nodiscard]] std::optional<PlayerDetails> query_player(pqxx::transaction_base& transaction,
                                                        const std::string& world,
                                                        const std::string& player_id);

/// Makes unknown what no read of the world's ever told: a count of nomads or dwellings is 0 for who is not listed only
/// where there was a list.
void forget_unread(PlayerNow& player, const proto::State& state);

/// One JSON object each, keys as in openapi_base.json. `total` players are in the game, those whom no list shows as
/// they were erased included. `next` is the next page's cursor.
[[nodiscard]] std::string encode(const PlayersPage& page,
                                 const PlayersQuestion& question,
                                 std::uint64_t total,
                                 const std::optional<std::string>& next,
                                 const std::optional<TimePoint>& timestamp);
[[nodiscard]] std::string encode(const PlayerDetails& player, const std::optional<TimePoint>& timestamp);

}  // namespace watchtower::gateway
