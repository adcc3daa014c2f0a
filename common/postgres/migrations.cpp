#include "common/postgres/migrations.hpp"

#include <map>
#include <string>

#include "common/base/log.hpp"

namespace watchtower::postgres {

namespace {

/// "watchtow" as a number: the key of the advisory lock that migrating processes take.
constexpr auto kLock = "SELECT pg_advisory_xact_lock(8602284733557403511)";

constexpr auto kIsThere = "SELECT to_regclass('schema_migrations') IS NOT NULL";

constexpr auto kCreate =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version integer PRIMARY KEY,"
    " name text NOT NULL,"
    " checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now())";

constexpr auto kIsUnchanged = "SELECT checksum = md5($2) FROM schema_migrations WHERE version = $1";

constexpr auto kVersion = "SELECT coalesce(max(version), 0) FROM schema_migrations";

constexpr auto kRecord = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, md5($3))";

std::string title(const Migration& migration) {
    return "migration " + std::to_string(migration.version) + " (" + std::string(migration.name) + ")";
}

void check_order(std::span<const Migration> migrations) {
    int last = 0;
    for (const auto& migration : migrations) {
        if (migration.version <= last) {
            throw Error(title(migration) + ": out of order");
        }
        last = migration.version;
    }
}

int version_in(pqxx::transaction_base& transaction) {
    const bool there = transaction.exec1(kIsThere)[0].as<bool>();
    return there ? transaction.exec1(kVersion)[0].as<int>() : 0;
}

/// The first that the database does not have; null when it has all.
const Migration* first_missing(pqxx::transaction_base& transaction, std::span<const Migration> migrations) {
    const int version = version_in(transaction);
    for (const auto& migration : migrations) {
        if (migration.version > version) {
            return &migration;
        }
        const pqxx::result row = transaction.exec_params(kIsUnchanged, migration.version, std::string(migration.sql));
        if (row.empty()) {
            throw Error(title(migration) + ": missing in a database at version " + std::to_string(version));
        }
        if (!row[0][0].as<bool>()) {
            throw Error(title(migration) + ": was applied with another text");
        }
    }
    return nullptr;
}

/// Applies one step. False: there was none left.
bool apply_next(Client& client, std::span<const Migration> migrations, Milliseconds deadline) {
    const Migration* current = nullptr;
    try {
        client.transaction(deadline, [&](pqxx::work& transaction) {
            transaction.exec(kLock);
            transaction.exec(kCreate);
            current = first_missing(transaction, migrations);
            if (current != nullptr) {
                transaction.exec(std::string(current->sql));
                transaction.exec_params(
                    kRecord, current->version, std::string(current->name), std::string(current->sql));
            }
        });
    } catch (const Unavailable&) {
        throw;
    } catch (const Error& e) {
        if (current == nullptr) {
            throw;
        }
        throw Error(title(*current) + ": " + e.what());
    }
    if (current != nullptr) {
        log::info("schema_migrated", {{"version", current->version}, {"name", current->name}});
    }
    return current != nullptr;
}

}  // namespace

void migrate(Client& client, std::span<const Migration> migrations, Milliseconds deadline) {
    check_order(migrations);
    // Most starts find nothing to do, and then need neither the lock nor the right to create.
    const bool done = client.read(
        [&](pqxx::read_transaction& transaction) { return first_missing(transaction, migrations) == nullptr; });
    while (!done && apply_next(client, migrations, deadline)) {
    }
}

std::optional<int> first_pending(Client& client, std::span<const Migration> migrations) {
    return client.read([&](pqxx::read_transaction& transaction) {
        const Migration* const missing = first_missing(transaction, migrations);
        return missing == nullptr ? std::nullopt : std::optional(missing->version);
    });
}

int schema_version(Client& client) {
    return client.read([](pqxx::read_transaction& transaction) { return version_in(transaction); });
}

}  // namespace watchtower::postgres
