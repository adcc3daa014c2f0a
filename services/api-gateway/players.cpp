#include "services/api-gateway/players.hpp"

#include <algorithm>

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::gateway {

namespace {

/// How a list is sorted. The expression for actions is that of an index of player_current; the others have none.
struct Sorting {
    std::string name;
    std::string value;  ///< null: the last read did not tell it
    std::string type;
};

const Sorting& sorting(PlayerSort sort) {
    static const std::array<Sorting, kPlayerSorts.size()> kSortings = {{
        {"actions", "(case when in_nomads then actions end)", "bigint"},
        {"gold", "(case when in_resources then gold end)", "numeric"},
        {"spice", "(case when in_resources then spice end)", "numeric"},
        {"dwellings", "dwellings", "bigint"},
        {"nomads", "nomads", "bigint"},
    }};
    return kSortings.at(static_cast<std::size_t>(sort));
}

/// Where a page begins.
enum class Start { at_first, after_value, after_unknown };

/// The statement's text is the same for all limits up to one of these, so that few statements are prepared.
constexpr std::array kFetches = {
    PlayersQuestion::kUsualLimit + 1, 4 * PlayersQuestion::kUsualLimit + 1, PlayersQuestion::kMostLimit + 1};

constexpr const char* kInGame = "world = $1 and (in_nomads or in_resources or in_dwellings)";
constexpr const char* kId = R"(player_id collate "C")";

/// One part of a page: some rows in the order of an index, `limit` at most.
std::string part(const Sorting& by, const std::string& condition, const std::string& order, int limit) {
    return "(select *, " + by.value + " as value from player_current where " + kInGame + " and " + condition +
           " order by " + order + " limit " + std::to_string(limit) + ")";
}

/// Parts that together hold a page, and what precedes them: $1 the world, $2 the value and $3 the id that the page is
/// to begin behind. Rows with the same value ascend in an index whose values descend; walked backwards, the last
/// value's rows may be the wrong ones and are taken anew.
std::string page_parts(const Sorting& by, SortOrder order, Start start, int fetch, std::string& with) {
    const std::string id_order = kId;
    // In full: PostgreSQL does not see that rows without a value lie by their ids.
    const std::string index_order = by.value + " desc nulls last, " + kId;
    const std::string unknown = by.value + " is null";
    if (start == Start::after_unknown) {
        return part(by, unknown + " and " + kId + " > $2", index_order, fetch);
    }
    const std::string last = "$2::" + by.type;
    std::string parts;
    if (start == Start::after_value) {
        parts = part(by, by.value + " = " + last + " and " + kId + " > $3", id_order, fetch) + " union all ";
    }
    if (order == SortOrder::descending) {
        const std::string beyond = start == Start::after_value ? by.value + " < " + last : by.value + " is not null";
        parts += part(by, beyond, index_order, fetch);
    } else {
        const std::string beyond = start == Start::after_value ? by.value + " > " + last : by.value + " is not null";
        with = "with walked as materialized " +
               part(by, beyond, by.value + " asc nulls first, " + kId + " desc", fetch) + " ";
        const std::string farthest = "(select max(value) from walked)";
        parts += "(select * from walked where value < " + farthest + ") union all " +
                 part(by, by.value + " = " + farthest, id_order, fetch);
    }
    return parts + " union all " + part(by, unknown, index_order, fetch);
}

constexpr const char* kNow =
    "player_id, nomads, case when in_nomads then actions end,"
    " trim_scale(case when in_resources then gold end), trim_scale(case when in_resources then spice end),"
    " dwellings, highest_level, (extract(epoch from last_active) * 1000)::bigint";
constexpr int kNowColumns = 8;

constexpr const char* kTick = "(select (extract(epoch from last_tick) * 1000)::bigint from worlds where world = $1)";

std::string page_statement(PlayerSort sort, SortOrder order, Start start, int fetch) {
    const Sorting& by = sorting(sort);
    std::string with;
    const std::string parts = page_parts(by, order, start, fetch, with);
    const char* direction = order == SortOrder::descending ? " desc" : " asc";
    return with + "select " + kNow + ", " + kTick + ", trim_scale(value::numeric) from (" + parts +
           ") page order by value" + direction + " nulls last, " + kId + " limit " + std::to_string(fetch);
}

/// $2 the player. A rank is counted no further than needed.
const std::string kOnePlayer = std::string("select ") + kNow + ", " + kTick + R"(,
       in_nomads or in_resources or in_dwellings, case when in_nomads then actions_by_name::text end, actions_counted,
       (extract(epoch from first_seen) * 1000)::bigint, (extract(epoch from changed_at) * 1000)::bigint,
       case when in_nomads then
           (select count(*) from (
               (select from player_current a where a.world = $1 and (a.in_nomads or a.in_resources or a.in_dwellings)
                    and (case when a.in_nomads then a.actions end) > p.actions limit 1000)
               union all
               (select from player_current a where a.world = $1 and (a.in_nomads or a.in_resources or a.in_dwellings)
                    and (case when a.in_nomads then a.actions end) = p.actions
                    and a.player_id collate "C" < p.player_id collate "C" limit 1000)) better) end
from player_current p
where world = $1 and player_id = $2)";

std::optional<TimePoint> read_time(const pqxx::field& milliseconds) {
    return milliseconds.is_null() ? std::nullopt
                                  : std::optional(TimePoint(Milliseconds(milliseconds.as<std::int64_t>())));
}

PlayerNow::Number read_number(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : PlayerNow::Number(field.c_str());
}

PlayerNow read_player(const pqxx::row& row) {
    return {row[0].c_str(),
            read_number(row[1]),
            read_number(row[2]),
            read_number(row[3]),
            read_number(row[4]),
            read_number(row[5]),
            read_number(row[6]),
            read_time(row[7])};
}

pqxx::result ask(pqxx::transaction_base& transaction, const PlayersQuestion& question, int fetch) {
    const Start start = !question.after         ? Start::at_first
                        : question.after->value ? Start::after_value
                                                : Start::after_unknown;
    std::string name = "players_by_" + sorting(question.sort).name;
    name.append("_").append(to_text(question.order)).append("_" + std::to_string(static_cast<int>(start)));
    name.append("_" + std::to_string(fetch));
    transaction.conn().prepare(name, page_statement(question.sort, question.order, start, fetch));
    switch (start) {
        case Start::after_value:
            return transaction.exec_prepared(name, question.world, *question.after->value, question.after->player_id);
        case Start::after_unknown:
            return transaction.exec_prepared(name, question.world, question.after->player_id);
        case Start::at_first:
            break;
    }
    return transaction.exec_prepared(name, question.world);
}

void append(std::string& out, const char* key, const PlayerNow::Number& number) {
    out.append(key).append(number ? *number : "null");
}

void append_now(std::string& out, const PlayerNow& player) {
    out += R"({"player_id":)";
    append_json_string(out, player.player_id);
    append(out, R"(,"nomads":)", player.nomads);
    append(out, R"(,"actions":)", player.actions);
    append(out, R"(,"gold":)", player.gold);
    append(out, R"(,"spice":)", player.spice);
    append(out, R"(,"dwellings":)", player.dwellings);
    append(out, R"(,"highest_level":)", player.highest_level);
    out += R"(,"last_active":)";
    proto::append_time(out, player.last_active);
}

void append_moment(std::string& out, const std::optional<TimePoint>& tick, const std::optional<TimePoint>& timestamp) {
    out += R"(,"tick":)";
    proto::append_time(out, tick);
    out += R"(,"timestamp":)";
    proto::append_time(out, timestamp);
    out += '}';
}

}  // namespace

std::string_view to_text(PlayerSort sort) {
    return sorting(sort).name;
}

std::string_view to_text(SortOrder order) {
    return order == SortOrder::descending ? "desc" : "asc";
}

std::optional<PlayerSort> parse_player_sort(std::string_view text) {
    for (const PlayerSort sort : kPlayerSorts) {
        if (to_text(sort) == text) {
            return sort;
        }
    }
    return std::nullopt;
}

std::optional<SortOrder> parse_sort_order(std::string_view text) {
    for (const SortOrder order : {SortOrder::descending, SortOrder::ascending}) {
        if (to_text(order) == text) {
            return order;
        }
    }
    return std::nullopt;
}

PlayersPage query_players(pqxx::transaction_base& transaction, const PlayersQuestion& question) {
    int fetch = kFetches.back();
    for (const int one : kFetches) {
        fetch = one > question.limit ? std::min(fetch, one) : fetch;
    }
    const pqxx::result rows = ask(transaction, question, fetch);
    const auto limit = static_cast<pqxx::result::size_type>(question.limit);
    PlayersPage page;
    page.players.reserve(std::min(rows.size(), limit));
    for (pqxx::result::size_type i = 0; i < std::min(rows.size(), limit); ++i) {
        page.players.push_back(read_player(rows[i]));
        page.tick = read_time(rows[i][kNowColumns]);
    }
    if (rows.size() > limit) {
        page.next = PlayerPlace{read_number(rows[limit - 1][kNowColumns + 1]), page.players.back().player_id};
    }
    return page;
}

std::optional<PlayerDetails> query_player(pqxx::transaction_base& transaction,
                                          const std::string& world,
                                          const std::string& player_id) {
    transaction.conn().prepare("one_player", kOnePlayer);
    const pqxx::result rows = transaction.exec_prepared("one_player", world, player_id);
    if (rows.empty()) {
        return std::nullopt;
    }
    const pqxx::row row = rows[0];
    PlayerDetails player;
    player.now = read_player(row);
    pqxx::row::size_type column = kNowColumns;
    player.tick = read_time(row[column++]);
    player.in_game = row[column++].as<bool>();
    player.actions_by_name = row[column++].c_str();
    player.actions_counted = row[column++].c_str();
    player.first_seen = read_time(row[column++]).value_or(TimePoint());
    player.changed_at = read_time(row[column++]).value_or(TimePoint());
    if (!row[column].is_null() && row[column].as<std::int64_t>() < PlayerDetails::kMostRank) {
        player.rank = row[column].as<std::int64_t>() + 1;
    }
    return player;
}

void forget_unread(PlayerNow& player, const proto::State& state) {
    const auto was_read = [&state](proto::Section section) {
        return state.sections[proto::index(section)].last_good.has_value();
    };
    if (!was_read(proto::Section::nomads)) {
        player.nomads.reset();
    }
    if (!was_read(proto::Section::dwellings)) {
        player.dwellings.reset();
        player.highest_level.reset();
    }
}

std::string encode(const PlayersPage& page,
                   const PlayersQuestion& question,
                   std::uint64_t total,
                   const std::optional<std::string>& next,
                   const std::optional<TimePoint>& timestamp) {
    constexpr std::size_t kUsualRowBytes = 200;
    std::string out;
    out.reserve((page.players.size() + 1) * kUsualRowBytes);
    out += R"({"players":[)";
    const char* separator = "";
    for (const PlayerNow& player : page.players) {
        out += separator;
        append_now(out, player);
        out += '}';
        separator = ",";
    }
    out.append(R"(],"total":)").append(std::to_string(total));
    out.append(R"(,"sort":")").append(to_text(question.sort));
    out.append(R"(","order":")").append(to_text(question.order));
    out += R"(","next":)";
    if (next) {
        append_json_string(out, *next);
    } else {
        out += "null";
    }
    append_moment(out, page.tick, timestamp);
    return out;
}

std::string encode(const PlayerDetails& player, const std::optional<TimePoint>& timestamp) {
    std::string out;
    append_now(out, player.now);
    out.append(R"(,"in_game":)").append(player.in_game ? "true" : "false");
    out.append(R"(,"actions_by_name":)").append(player.actions_by_name.empty() ? "null" : player.actions_by_name);
    out.append(R"(,"actions_counted":)").append(player.actions_counted);
    out.append(R"(,"rank":)").append(player.rank ? std::to_string(*player.rank) : "null");
    out += R"(,"first_seen":)";
    proto::append_time(out, player.first_seen);
    out += R"(,"changed_at":)";
    proto::append_time(out, player.changed_at);
    append_moment(out, player.tick, timestamp);
    return out;
}

}  // namespace watchtower::gateway
