#include "common/postgres/migrations.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/postgres_server.hpp"

namespace watchtower::postgres {
namespace {

using testing::HasSubstr;

const std::vector<Migration> kTwo = {{1, "first", "CREATE TABLE a (n integer); INSERT INTO a VALUES (1)"},
                                     {2, "second", "ALTER TABLE a ADD COLUMN name text"}};

class PostgresMigrations : public testing::Test {
protected:
    [[nodiscard]] Options options(const std::string& user = "watchtower") const {
        Options result;
        result.url = server_.url("watchtower", user);
        return result;
    }

    template <typename Expected>
    std::string error_of(const std::vector<Migration>& migrations) {
        try {
            migrate(client_, migrations);
        } catch (const Expected& e) {
            return e.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return "";
    }

    test::PostgresServer server_;
    Client client_{options()};
};

TEST_F(PostgresMigrations, BringsAnEmptyDatabaseToTheLastVersion) {
    EXPECT_EQ(schema_version(client_), 0);
    migrate(client_, kTwo);
    EXPECT_EQ(schema_version(client_), 2);
    EXPECT_EQ(server_.ask("SELECT n || coalesce(name, '-') FROM a"), "1-");
    EXPECT_EQ(server_.ask("SELECT string_agg(version || name, ' ' ORDER BY version) FROM schema_migrations"),
              "1first 2second");
}

TEST_F(PostgresMigrations, AppliesEachOnce) {
    migrate(client_, std::span(kTwo).first(1));
    migrate(client_, kTwo);
    migrate(client_, kTwo);
    EXPECT_EQ(server_.ask("SELECT count(*) FROM a"), "1");
    EXPECT_EQ(schema_version(client_), 2);
}

TEST_F(PostgresMigrations, LeavesANewerDatabaseAlone) {
    migrate(client_, kTwo);
    migrate(client_, std::span(kTwo).first(1));
    EXPECT_EQ(schema_version(client_), 2);
}

TEST_F(PostgresMigrations, RefusesAnAppliedOneWithAnotherText) {
    migrate(client_, kTwo);
    EXPECT_THAT(error_of<Error>({kTwo[0], {2, "second", "SELECT 1"}}), HasSubstr("migration 2 (second)"));
}

TEST_F(PostgresMigrations, RefusesOneThatComesTooLate) {
    const std::vector<Migration> first_and_third = {kTwo[0], {3, "third", "SELECT 3"}};
    migrate(client_, first_and_third);
    EXPECT_THAT(error_of<Error>({kTwo[0], kTwo[1], first_and_third[1]}), HasSubstr("migration 2 (second): missing"));
    EXPECT_THAT(error_of<Error>({kTwo[1], kTwo[0]}), HasSubstr("out of order"));
}

TEST_F(PostgresMigrations, AFailingOneLeavesNothingOfItself) {
    const std::string text = error_of<Error>({kTwo[0], {2, "bad", "CREATE TABLE b (n integer); SELECT nonsense"}});
    EXPECT_THAT(text, HasSubstr("migration 2 (bad): postgres "));
    EXPECT_THAT(text, HasSubstr("42703"));
    EXPECT_EQ(schema_version(client_), 1);
    EXPECT_EQ(server_.ask("SELECT to_regclass('b') IS NULL"), "t");
    migrate(client_, kTwo);
    EXPECT_EQ(schema_version(client_), 2);
}

TEST_F(PostgresMigrations, SeveralProcessesAtOnceApplyEachOnce) {
    std::vector<Migration> many;
    std::vector<std::string> sqls;
    for (int version = 1; version <= 5; ++version) {
        sqls.push_back("CREATE TABLE c" + std::to_string(version) + " (n integer); SELECT pg_sleep(0.02)");
    }
    for (int version = 1; version <= 5; ++version) {
        many.push_back({version, "c", sqls[static_cast<std::size_t>(version) - 1]});
    }
    const auto process = [&] {
        Client own(options());
        EXPECT_NO_THROW(migrate(own, many));
    };
    std::array<std::thread, 4> processes;
    std::generate(processes.begin(), processes.end(), [&] { return std::thread(process); });
    std::for_each(processes.begin(), processes.end(), [](std::thread& thread) { thread.join(); });
    EXPECT_EQ(schema_version(client_), 5);
    EXPECT_EQ(server_.ask("SELECT count(*) FROM schema_migrations"), "5");
}

TEST_F(PostgresMigrations, AMigratedDatabaseNeedsNoRightToChangeIt) {
    migrate(client_, kTwo);
    server_.run("GRANT SELECT ON schema_migrations TO watchtower_reader");
    Client reader(options("watchtower_reader"));
    EXPECT_NO_THROW(migrate(reader, kTwo));
    EXPECT_EQ(schema_version(reader), 2);
}

}  // namespace
}  // namespace watchtower::postgres
