#include "services/api-gateway/routes/players.hpp"

#include <utility>

#include "common/http/gzip.hpp"
#include "services/api-gateway/players_cursor.hpp"

namespace watchtower::gateway {

namespace {

constexpr const char* kTimestampOfTick = R"(
select (extract(epoch from "timestamp") * 1000)::bigint from snapshots where world = $1 and tick = $2::timestamptz)";

/// When fetching of a tick began; nothing: its document is not kept any more.
std::optional<TimePoint> timestamp_of(pqxx::transaction_base& transaction, const proto::State& state, TimePoint tick) {
    if (tick == state.tick) {
        return state.timestamp;
    }
    const pqxx::result rows = transaction.exec_params(kTimestampOfTick, state.world, to_rfc3339(tick));
    return rows.empty() ? std::nullopt : std::optional(TimePoint(Milliseconds(rows[0][0].as<std::int64_t>())));
}

PlayersQuestion question_of(const http::Request& request, const std::string& world) {
    PlayersQuestion question;
    question.world = world;
    question.sort = parse_player_sort(kPlayerSort.of(request)).value();
    question.order = parse_sort_order(kSortOrder.of(request)).value();
    question.limit = static_cast<int>(kPlayerLimit.of(request));
    if (const auto cursor = kPlayerCursor.find(request)) {
        question.after = parse_cursor(*cursor, question);
    }
    return question;
}

}  // namespace

const Parameter<std::string> kPlayerSort =
    choice_parameter({.name = "sort", .description = "What the list is sorted by.", .example = "actions"},
                     {"actions", "gold", "spice", "dwellings", "nomads"});

const Parameter<std::string> kSortOrder = choice_parameter(
    {.name = "order",
     .description = "The highest first (`desc`) or the lowest. What is not known comes last either way; players with "
                    "the same are in the order of their ids, byte by byte.",
     .example = "desc"},
    {"desc", "asc"});

const Parameter<std::int64_t> kPlayerLimit =
    integer_parameter({.name = "limit", .description = "How many players a page has at most.", .example = "10"},
                      {.least = 1, .most = PlayersQuestion::kMostLimit, .fallback = PlayersQuestion::kUsualLimit});

const Parameter<std::string> kPlayerCursor = cursor_parameter(
    {.name = "cursor",
     .description = "`next` of the page before, with the same `world`, `sort` and `order`. It does not expire.",
     .example = "MXxkZWZhdWx0fGFjdGlvbnN8ZGVzY3wyfHBsYXllcjE"});

Players::Told Players::ask(const PlayersQuestion& question, const proto::State& state) {
    return database_.read([&](pqxx::read_transaction& transaction) {
        PlayersPage page = query_players(transaction, question);
        for (PlayerNow& player : page.players) {
            forget_unread(player, state);
        }
        const TimePoint tick = page.tick.value_or(state.tick);
        page.tick = tick;
        const auto next = page.next ? std::optional(encode_cursor(question, *page.next)) : std::nullopt;
        return Told{encode(page, question, state.players, next, timestamp_of(transaction, state, tick)), tick};
    });
}

http::Reply Players::reply(const Page& page, const proto::State& state, const http::Request& request) const {
    if (page.tick == state.tick) {
        return current_.reply_until_next_tick(page.rendered, state, request);
    }
    http::Reply reply = reply_with(page.rendered, request).with("Cache-Control", "no-cache");
    add_origin(reply, state.world, page.tick, state.simulated);
    return reply;
}

http::Reply Players::list(const http::Request& request) {
    const auto state = current_.state_for(request);
    const PlayersQuestion question = question_of(request, state->world);
    if (question.after) {
        Told told = stored_.counted([&] { return ask(question, *state); });
        const bool compressed = http::accepts_gzip(request);
        return reply({render(std::move(told.body), told.tick, kJsonType, compressed), told.tick}, *state, request);
    }
    const Beginning beginning{state->tick, question};
    const Page page = stored_.kept_or_asked(beginnings_, beginning, [&] {
        Told told = ask(question, *state);
        return Page{render(std::move(told.body), told.tick), told.tick};
    });
    return reply(page, *state, request);
}

http::Reply Players::one(const http::Request& request) {
    const std::string player_id = kPlayerId.of(request);
    const auto state = current_.state_for(request);
    const auto told = stored_.counted([&] {
        return database_.read([&](pqxx::read_transaction& transaction) -> std::optional<Told> {
            auto player = query_player(transaction, state->world, player_id);
            if (!player) {
                return std::nullopt;
            }
            forget_unread(player->now, *state);
            const TimePoint tick = player->tick.value_or(state->tick);
            player->tick = tick;
            return Told{encode(*player, timestamp_of(transaction, *state, tick)), tick};
        });
    });
    if (!told) {
        throw http::HttpError(404, "there is no such player in this world");
    }
    return reply({render(told->body, told->tick), told->tick}, *state, request);
}

}  // namespace watchtower::gateway
