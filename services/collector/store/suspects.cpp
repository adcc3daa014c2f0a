#include "services/collector/store/suspects.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/postgres/copy.hpp"

namespace watchtower::collector {

namespace {

using proto::SuspectSet;

const std::string kStage =
    std::string("create temporary table staged_suspects (") + kSuspectColumns + ") on commit drop";

constexpr auto kDropErased =
    "delete from staged_suspects s using erased_players e, erasure_salts z"
    " where e.world = $1 and z.world = $1 and e.id_hash = sha256(z.salt || convert_to(s.player_id, 'UTF8'))";

constexpr auto kForget =
    "delete from suspect_watch w using staged_suspects s"
    " where w.world = $1 and w.kind = s.kind and w.player_id = s.player_id and s.heat = 0 and s.busy_ms = 0";

constexpr auto kWatch =
    "insert into suspect_watch (world, kind, player_id, heat, busy_ms, busy_until)"
    " select $1, kind, player_id, heat, busy_ms, busy_until from staged_suspects where heat > 0 or busy_ms > 0"
    " on conflict (world, kind, player_id) do update set heat = excluded.heat, busy_ms = excluded.busy_ms,"
    " busy_until = excluded.busy_until";

/// A review that the write's maker did not know of yet stands.
constexpr auto kPut =
    "insert into suspects (world, kind, player_id, state, active, score, evidence, opened_at, updated_at)"
    " select $1, kind, player_id, 'open', active, score, evidence, opened_at, updated_at from staged_suspects"
    " where score is not null"
    " on conflict (world, kind, player_id) do update set active = excluded.active, score = excluded.score,"
    " evidence = excluded.evidence, updated_at = excluded.updated_at";

constexpr auto kSets =
    "select kind, player_id from suspects where world = $1 and (state = 'confirmed' or (state = 'open' and active))"
    " order by kind, score desc, player_id collate \"C\"";

constexpr auto kLastSets =
    "select distinct on (kind) kind, message from suspect_log where world = $1 order by kind, number desc";

/// A kind's times are a second apart at least, so that they tell its messages apart.
constexpr auto kLog =
    "insert into suspect_log (world, number, kind, at, message)"
    " select $1, coalesce(max(number), 0) + 1, $2,"
    " greatest($3, max(at) filter (where kind = $2) + interval '1 second'), $4 from suspect_log where world = $1";

constexpr auto kReviews = "select reviews from worlds where world = $1";
constexpr auto kStates = "select kind, player_id, state from suspects where world = $1";

constexpr auto kRead =
    "select coalesce(s.kind, w.kind) as kind, coalesce(s.player_id, w.player_id) as player_id, coalesce(w.heat, 0),"
    " coalesce(w.busy_ms, 0), extract(epoch from w.busy_until) * 1000, s.state, s.active, s.score, s.evidence,"
    " extract(epoch from s.opened_at) * 1000, extract(epoch from s.updated_at) * 1000"
    " from (select * from suspects where world = $1) s full join (select * from suspect_watch where world = $1) w"
    " on w.kind = s.kind and w.player_id = s.player_id";

constexpr auto kLockWorld = "select from worlds where world = $1 for update";
constexpr auto kCountReview = "update worlds set reviews = reviews + 1 where world = $1";

/// Nothing changes when it was so before, so that a repeat is none.
constexpr auto kReview =
    "update suspects set state = $4, reviewed_at = $5, note = coalesce($6, note)"
    " where world = $1 and player_id = $2 and ($3::text is null or kind = $3)"
    " and (state <> $4 or note is distinct from coalesce($6, note))";
constexpr auto kIsSuspect =
    "select from suspects where world = $1 and player_id = $2 and ($3::text is null or kind = $3) limit 1";

/// Whom nobody accuses any more, nobody watches either.
constexpr auto kForgetDismissed =
    "delete from suspect_watch w using suspects s where w.world = $1 and s.world = $1 and w.player_id = $2"
    " and s.player_id = $2 and s.kind = w.kind and s.state = 'dismissed'";

constexpr auto kEraseSuspect = "delete from suspects where world = $1 and player_id = $2";
constexpr auto kEraseWatch = "delete from suspect_watch where world = $1 and player_id = $2";
constexpr auto kMessagesThatMayName =
    "select number, message from suspect_log where world = $1 and strpos(message::text, $2) > 0";
constexpr auto kRewrite = "update suspect_log set message = $3 where world = $1 and number = $2";

constexpr std::size_t kMostNamed = 10;  ///< in a comment

template <typename Enum, typename List>
Enum parse(const pqxx::field& text, const List& all) {
    for (const Enum one : all) {
        if (text.c_str() == to_text(one)) {
            return one;
        }
    }
    throw Error("postgres: suspects: unknown value '" + std::string(text.c_str()) + "'");
}

TimePoint read_time(const pqxx::field& milliseconds) {
    return TimePoint(Milliseconds(static_cast<std::int64_t>(milliseconds.as<double>())));
}

std::string names(const std::vector<std::string>& ids) {
    std::string text;
    for (std::size_t i = 0; i < std::min(ids.size(), kMostNamed); ++i) {
        text.append(i == 0 ? "" : ", ").append(ids[i]);
    }
    return ids.size() > kMostNamed ? text + " and " + std::to_string(ids.size() - kMostNamed) + " more" : text;
}

/// What is in the one and not in the other.
std::vector<std::string> without(std::vector<std::string> ids, std::vector<std::string> others) {
    std::sort(ids.begin(), ids.end());
    std::sort(others.begin(), others.end());
    std::vector<std::string> left;
    std::set_difference(ids.begin(), ids.end(), others.begin(), others.end(), std::back_inserter(left));
    return left;
}

/// `ids`: all of them, highest score first. Nothing: the set is the one before.
std::optional<SuspectSet> next_set(std::vector<std::string> ids, const SuspectSet& before) {
    const std::size_t all = ids.size();
    ids.resize(std::min(all, SuspectSet::kMost));
    const auto added = without(ids, before.suspect_ids);
    const auto gone = without(before.suspect_ids, ids);
    if (added.empty() && gone.empty()) {
        return std::nullopt;
    }
    SuspectSet set{std::move(ids), std::to_string(all) + (all == 1 ? " player" : " players")};
    if (all > SuspectSet::kMost) {
        set.comment += ", the first " + std::to_string(SuspectSet::kMost) + " listed";
    }
    if (!added.empty()) {
        set.comment += "; new: " + names(added);
    }
    if (!gone.empty()) {
        set.comment += "; gone: " + names(gone);
    }
    return set;
}

bool has_player(pqxx::work& transaction, const std::string& world, const proto::Review& review) {
    const auto kind = review.kind ? std::optional(std::string(to_text(*review.kind))) : std::nullopt;
    return !transaction.exec_params(kIsSuspect, world, review.player_id, kind).empty();
}

}  // namespace

void add_suspects(pqxx::work& transaction, const TickWrite& write, bool erased) {
    if (write.suspects.empty()) {
        return;
    }
    const std::string& world = write.state().world;
    transaction.exec0(kStage);
    postgres::copy_in(transaction, "staged_suspects", write.suspects);
    if (erased) {
        transaction.exec_params0(kDropErased, world);
    }
    transaction.exec_params0(kForget, world);
    transaction.exec_params0(kWatch, world);
    transaction.exec_params0(kPut, world);
    log_suspect_sets(transaction, world, write.state().tick);
}

void log_suspect_sets(pqxx::work& transaction, const std::string& world, TimePoint at) {
    std::map<std::string, std::vector<std::string>> sets;
    for (const proto::SuspectKind kind : proto::kSuspectKinds) {
        sets[std::string(to_text(kind))] = {};
    }
    for (const auto& row : transaction.exec_params(kSets, world)) {
        sets[row[0].c_str()].emplace_back(row[1].c_str());
    }
    std::map<std::string, SuspectSet> before;
    for (const auto& row : transaction.exec_params(kLastSets, world)) {
        before[row[0].c_str()] = proto::decode_suspect_set(row[1].c_str());
    }
    for (auto& [kind, ids] : sets) {
        if (const auto set = next_set(std::move(ids), before[kind])) {
            transaction.exec_params0(kLog, world, kind, to_rfc3339(at), encode(*set));
        }
    }
}

Reviewed read_reviewed(pqxx::transaction_base& transaction, const std::string& world) {
    Reviewed reviewed;
    const pqxx::result reviews = transaction.exec_params(kReviews, world);
    reviewed.reviews = reviews.empty() ? 0 : reviews[0][0].as<std::uint64_t>();
    for (const auto& row : transaction.exec_params(kStates, world)) {
        reviewed.suspects.push_back({parse<proto::SuspectKind>(row[0], proto::kSuspectKinds),
                                     row[1].c_str(),
                                     parse<proto::SuspectState>(row[2], proto::kSuspectStates)});
    }
    return reviewed;
}

void read_watch(pqxx::transaction_base& transaction, WorldMemory& world) {
    const pqxx::result reviews = transaction.exec_params(kReviews, world.name);
    world.moderation.reviews = reviews.empty() ? 0 : reviews[0][0].as<std::uint64_t>();
    for (const auto& row : transaction.exec_params(kRead, world.name)) {
        const NameTable::Id player = world.players.find(row[1].c_str());
        if (player == NameTable::kNone) {
            continue;
        }
        Watched watched;
        watched.heat = row[2].as<double>();
        watched.busy = Milliseconds(row[3].as<std::int64_t>());
        if (!row[4].is_null()) {
            watched.busy_until = read_time(row[4]);
        }
        if (!row[5].is_null()) {
            watched.suspicion = Suspicion{parse<proto::SuspectState>(row[5], proto::kSuspectStates),
                                          row[6].as<bool>(),
                                          row[7].as<double>(),
                                          proto::decode_suspect_evidence(row[8].c_str()),
                                          read_time(row[9]),
                                          read_time(row[10])};
        }
        world.moderation.watch.emplace(std::pair(parse<proto::SuspectKind>(row[0], proto::kSuspectKinds), player),
                                       watched);
    }
}

void review_suspect(postgres::Client& postgres, const std::string& world, const proto::Review& review, TimePoint at) {
    const auto kind = review.kind ? std::optional(std::string(to_text(*review.kind))) : std::nullopt;
    const auto state =
        review.decision == proto::Decision::reopened ? to_text(proto::SuspectState::open) : to_text(review.decision);
    postgres.transaction([&](pqxx::work& transaction) {
        if (transaction.exec_params(kLockWorld, world).empty()) {
            throw BadInput("world '" + world + "': there is none");
        }
        if (!has_player(transaction, world, review)) {
            throw BadInput("player '" + review.player_id + "': no suspect" +
                           (kind ? " of kind " + *kind : std::string()));
        }
        const auto changed = transaction.exec_params(
            kReview, world, review.player_id, kind, std::string(state), to_rfc3339(at), review.note);
        if (changed.affected_rows() == 0) {
            return;
        }
        transaction.exec_params0(kForgetDismissed, world, review.player_id);
        transaction.exec_params0(kCountReview, world);
        log_suspect_sets(transaction, world, at);
    });
}

std::uint64_t erase_suspect(pqxx::work& transaction, const std::string& world, const std::string& player_id) {
    std::uint64_t rows = transaction.exec_params(kEraseSuspect, world, player_id).affected_rows();
    rows += transaction.exec_params(kEraseWatch, world, player_id).affected_rows();
    std::string as_json;
    append_json_string(as_json, player_id);
    const std::string within_text = as_json.substr(1, as_json.size() - 2);
    for (const auto& row : transaction.exec_params(kMessagesThatMayName, world, within_text)) {
        SuspectSet set = proto::decode_suspect_set(row[1].c_str());
        if (std::erase(set.suspect_ids, player_id) > 0 || set.comment.find(player_id) != std::string::npos) {
            set.comment = std::to_string(set.suspect_ids.size()) + " players";  // the text may name him
            transaction.exec_params0(kRewrite, world, row[0].as<std::int64_t>(), encode(set));
            ++rows;
        }
    }
    return rows;
}

}  // namespace watchtower::collector
