#include "tests/support/postgres_server.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

namespace watchtower::test {
namespace {

std::string answer(const std::string& url, const std::string& question) {
    pqxx::connection connection(url);
    return pqxx::nontransaction(connection).exec1(question)[0].as<std::string>();
}

TEST(PostgresServer, HasTheDatabaseAndItsRoles) {
    const PostgresServer server;
    EXPECT_EQ(answer(server.url(), "SELECT current_user || '@' || current_database()"), "watchtower@watchtower");
    EXPECT_EQ(answer(server.url("watchtower", "watchtower_reader"), "SELECT current_user"), "watchtower_reader");
    EXPECT_EQ(answer(server.socket_url(), "SELECT inet_server_addr() IS NULL"), "t");
    server.create_database("other");
    EXPECT_EQ(answer(server.url("other"), "SELECT current_database()"), "other");
}

TEST(PostgresServer, KeepsItsDataThroughAStopAndAKill) {
    PostgresServer server;
    server.run("CREATE TABLE t AS SELECT 1 AS n; CHECKPOINT");
    server.stop();
    EXPECT_THROW((void)answer(server.url(), "SELECT 1"), pqxx::broken_connection);
    server.start();
    server.kill();
    EXPECT_THROW((void)answer(server.url(), "SELECT 1"), pqxx::broken_connection);
    server.start();
    EXPECT_EQ(server.ask("SELECT n FROM t"), "1");
}

TEST(PostgresServer, AnswersNobodyWhileItIsFrozen) {
    PostgresServer server;
    server.freeze();
    EXPECT_THROW((void)answer(server.url() + "?connect_timeout=2", "SELECT 1"), pqxx::broken_connection);
    server.thaw();
    EXPECT_EQ(answer(server.url(), "SELECT 1"), "1");
}

TEST(PostgresServer, AsksForPasswordsWhenToldTo) {
    PostgresServer server({.durable = false, .passwords = true, .settings = {}});
    server.run("ALTER ROLE watchtower PASSWORD 'right'");
    EXPECT_THROW((void)answer(server.url() + "?password=wrong", "SELECT 1"), pqxx::broken_connection);
    EXPECT_EQ(answer(server.url() + "?password=right", "SELECT 1"), "1");
}

}  // namespace
}  // namespace watchtower::test
