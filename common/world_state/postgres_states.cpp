#include "common/world_state/postgres_states.hpp"

namespace watchtower::world_state {

namespace {

constexpr const char* kWhichWorlds = "select world, position from worlds";

constexpr const char* kNewestStateAfter =
    "select (extract(epoch from tick) * 1000)::bigint, state from snapshots"
    " where world = $1 and tick > $2::timestamptz order by tick desc limit 1";

}  // namespace

std::vector<ListedWorld> PostgresStates::worlds() {
    return postgres_.read(deadline_, [](pqxx::read_transaction& transaction) {
        std::vector<ListedWorld> listed;
        for (const auto& row : transaction.exec(kWhichWorlds)) {
            listed.push_back({row[0].as<std::string>(), row[1].as<std::int64_t>()});
        }
        return listed;
    });
}

std::optional<StoredState> PostgresStates::newer(const std::string& world, std::optional<TimePoint> than) {
    const std::string after = than ? to_rfc3339(*than) : "-infinity";
    return postgres_.read(deadline_, [&](pqxx::read_transaction& transaction) {
        const pqxx::result rows = transaction.exec_params(kNewestStateAfter, world, after);
        std::optional<StoredState> stored;
        if (!rows.empty()) {
            stored = {TimePoint(Milliseconds(rows[0][0].as<std::int64_t>())), rows[0][1].as<std::string>()};
        }
        return stored;
    });
}

}  // namespace watchtower::world_state
