#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "common/postgres/client.hpp"

namespace watchtower::postgres {

/// One step of a schema. Once released it never changes.
struct Migration {
    int version = 0;        ///< 1, 2, …
    std::string_view name;  ///< "worlds and snapshots"
    std::string_view sql;   ///< statements that may stand in a transaction; none of BEGIN, COMMIT
};

/// Brings the database to the last of `migrations`, which are in the order of their versions: each that it does not
/// have yet in a transaction of its own, with its row in schema_migrations (version, name, checksum, applied_at). Any
/// number of processes may do it at once. A database that is newer is left as it is. `deadline` is for each
/// transaction, waiting for another process's included. Throws Error when the versions are out of order, when an
/// applied one has another text now, when one is missing under a newer one, or when a statement is wrong; Unavailable
/// when calling again may help, which does no harm.
void migrate(Client& client, std::span<const Migration> migrations, Milliseconds deadline = std::chrono::minutes(5));

/// The first version that migrate would apply; nothing when the database has all. Reads only. Throws as migrate does
/// for one that was applied with another text or is missing under a newer one.
[[nodiscard]] std::optional<int> first_pending(Client& client, std::span<const Migration> migrations);

/// The newest version the database has; 0 when it has none. Reads only.
[[nodiscard]] int schema_version(Client& client);

}  // namespace watchtower::postgres
