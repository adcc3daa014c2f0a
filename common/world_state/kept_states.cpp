#include "common/world_state/kept_states.hpp"

namespace watchtower::world_state {

namespace {

constexpr const char* kNewestStateBetween =
    "select state from snapshots"
    " where world = $1 and tick >= $2::timestamptz and tick <= $3::timestamptz order by tick desc limit 1";

}  // namespace

std::optional<proto::State> kept_state(
    postgres::Client& postgres, const std::string& world, TimePoint from, TimePoint to, Milliseconds deadline) {
    const auto text = postgres.read(deadline, [&](pqxx::read_transaction& transaction) {
        const pqxx::result rows = transaction.exec_params(kNewestStateBetween, world, to_rfc3339(from), to_rfc3339(to));
        return rows.empty() ? std::optional<std::string>() : rows[0][0].as<std::string>();
    });
    return text ? std::optional(proto::decode_state(*text)) : std::nullopt;
}

}  // namespace watchtower::world_state
