#include "common/postgres/client.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/postgres_server.hpp"

namespace watchtower::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

int one(Client& client) {
    return client.transaction([](pqxx::work& transaction) { return transaction.exec1("SELECT 1")[0].as<int>(); });
}

template <typename Expected, typename Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const Expected& e) {
        EXPECT_EQ(typeid(e), typeid(Expected)) << e.what();
        return e.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
}

class PostgresClient : public testing::Test {
protected:
    PostgresClient() {
        server_.run("CREATE TABLE t (n integer PRIMARY KEY, name text); ALTER TABLE t OWNER TO watchtower");
    }

    [[nodiscard]] Options options() const {
        Options result;
        result.url = server_.url();
        return result;
    }

    test::PostgresServer server_;
    std::shared_ptr<Dependency> dependency_ = std::make_shared<Dependency>("postgres");
};

TEST_F(PostgresClient, CommitsWhatABodyDidAndReturnsItsResult) {
    Client client(options(), dependency_);
    EXPECT_EQ(dependency_->state(), DependencyState::unknown);
    client.transaction([](pqxx::work& transaction) { transaction.exec("INSERT INTO t VALUES (1, 'one')"); });
    EXPECT_EQ(client.read([](pqxx::read_transaction& transaction) { return transaction.exec("TABLE t").size(); }), 1U);
    EXPECT_EQ(server_.ask("SELECT name FROM t"), "one");
    EXPECT_EQ(dependency_->state(), DependencyState::up);
}

TEST_F(PostgresClient, KeepsOneConnectionAndNamesIt) {
    Options named = options();
    named.application_name = "watchtower-test";
    Client client(named);
    const auto backend = [&] {
        return client.read([](pqxx::read_transaction& transaction) {
            return transaction.exec1("SELECT pg_backend_pid()")[0].as<int>();
        });
    };
    EXPECT_EQ(backend(), backend());
    EXPECT_EQ(server_.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watchtower-test'"), "1");
}

TEST_F(PostgresClient, KnowsOptional) {
    Client client(options());
    client.transaction([](pqxx::work& transaction) {
        transaction.exec_params("INSERT INTO t VALUES ($1, $2)", 1, std::optional<std::string>());
        EXPECT_EQ(transaction.exec1("SELECT name FROM t")[0].as<std::optional<std::string>>(), std::nullopt);
    });
}

TEST_F(PostgresClient, RollsBackAndPassesOnWhatABodyThrows) {
    Client client(options());
    const auto fail = [&] {
        client.transaction([](pqxx::work& transaction) {
            transaction.exec("INSERT INTO t VALUES (1)");
            throw std::logic_error("mine");
        });
    };
    EXPECT_THROW(fail(), std::logic_error);
    EXPECT_EQ(server_.ask("SELECT count(*) FROM t"), "0");
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresClient, CopiesRowsWithinATransaction) {
    Client client(options());
    client.transaction([](pqxx::work& transaction) {
        pqxx::stream_to rows(transaction, "t", std::vector<std::string>{"n", "name"});
        for (int n = 0; n < 1000; ++n) {
            rows << std::make_tuple(n, std::string("a\tb\\\n"));
        }
        rows.complete();
    });
    EXPECT_EQ(server_.ask("SELECT count(*) FROM t WHERE name = E'a\\tb\\\\\\n'"), "1000");
}

TEST_F(PostgresClient, IsFineAfterACopyThatFailed) {
    Client client(options());
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto copy_twice = [&] {
            client.transaction([](pqxx::work& transaction) {
                pqxx::stream_to rows(transaction, "t", std::vector<std::string>{"n", "name"});
                rows << std::make_tuple(1, "x") << std::make_tuple(1, "x");
                rows.complete();
            });
        };
        EXPECT_THAT(error_of<Error>(copy_twice), HasSubstr("duplicate key"));
    }
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresClient, IsFineAfterABodyThatLeftACopyHalfRead) {
    server_.run("INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n");
    Client client(options());
    const auto leave = [&] {
        client.read([](pqxx::read_transaction& transaction) {
            pqxx::stream_from rows(transaction, "t", std::vector<std::string>{"n", "name"});
            std::string line;
            rows.get_raw_line(line);
            throw std::logic_error("mine");
        });
    };
    EXPECT_THROW(leave(), std::logic_error);
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresClient, ReportsAWrongStatementWithoutIt) {
    Client client(options(), dependency_);
    const std::string text = error_of<Error>(
        [&] { client.transaction([](pqxx::work& transaction) { transaction.exec("SELECT 'hush' FROM nowhere"); }); });
    EXPECT_THAT(text, StartsWith("postgres 127.0.0.1:"));
    EXPECT_THAT(text, HasSubstr("42P01 ERROR: relation \"nowhere\" does not exist"));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    EXPECT_EQ(dependency_->state(), DependencyState::up);
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresClient, ReportsAConstraintFoundAtCommitAsWrong) {
    server_.run("CREATE TABLE d (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED); ALTER TABLE d OWNER TO watchtower");
    Client client(options());
    const std::string text = error_of<Error>([&] {
        client.transaction([](pqxx::work& transaction) { transaction.exec("INSERT INTO d VALUES (1), (1)"); });
    });
    EXPECT_THAT(text, HasSubstr("commit: 23505"));
}

TEST_F(PostgresClient, RefusesToWriteInARead) {
    Client client(options(), dependency_);
    const auto write = [&] {
        client.read([](pqxx::read_transaction& transaction) { transaction.exec("INSERT INTO t VALUES (1)"); });
    };
    EXPECT_THAT(error_of<Error>(write), HasSubstr("25006"));
    EXPECT_EQ(dependency_->state(), DependencyState::up);
}

TEST_F(PostgresClient, IsUnavailableOnAReadOnlyServer) {
    server_.run("ALTER DATABASE watchtower SET default_transaction_read_only = on");
    Client client(options(), dependency_);
    const auto write = [&] {
        client.transaction([](pqxx::work& transaction) { transaction.exec("INSERT INTO t VALUES (1)"); });
    };
    EXPECT_THAT(error_of<Unavailable>(write), HasSubstr("25006"));
    EXPECT_EQ(dependency_->state(), DependencyState::down);
    server_.run("ALTER DATABASE watchtower RESET default_transaction_read_only", "template1");
    write();  // by a new connection
    EXPECT_EQ(dependency_->state(), DependencyState::up);
}

TEST_F(PostgresClient, IsUnavailableWhenAnotherTransactionIsInTheWay) {
    server_.run("INSERT INTO t VALUES (1)");
    Client client(options());
    Client other(options());
    const auto conflict = [&] {
        client.transaction([&](pqxx::work& transaction) {
            transaction.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            transaction.exec("TABLE t");
            other.transaction([](pqxx::work& second) { second.exec("UPDATE t SET name = 'other'"); });
            transaction.exec("UPDATE t SET name = 'mine'");
        });
    };
    EXPECT_THAT(error_of<Unavailable>(conflict), HasSubstr("could not serialize"));
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresClient, StatementTimeoutIsTheServersAndKeepsTheConnection) {
    Options quick = options();
    quick.statement_timeout = milliseconds(50);
    Client client(quick);
    const auto backend = [&] { return client.transaction([](pqxx::work& t) { return t.conn().backendpid(); }); };
    const int before = backend();
    const auto sleep = [&] {
        client.transaction([](pqxx::work& transaction) { transaction.exec("SELECT pg_sleep(9)"); });
    };
    EXPECT_THAT(error_of<Unavailable>(sleep), HasSubstr("57014"));
    EXPECT_EQ(backend(), before);
    // A call with a deadline of its own has the time it asks for.
    client.transaction(seconds(9), [](pqxx::work& transaction) { transaction.exec("SELECT pg_sleep(0.1)"); });
}

TEST_F(PostgresClient, OpensNoMoreConnectionsThanItMay) {
    Options two = options();
    two.connections = 2;
    Client client(two);
    std::atomic<int> at_once = 0;
    std::atomic<int> most = 0;
    const auto nap = [&](pqxx::read_transaction& transaction) {
        most = std::max(most.load(), ++at_once);
        transaction.exec("SELECT pg_sleep(0.005)");
        --at_once;
    };
    const auto call_often = [&] {
        for (int call = 0; call < 10; ++call) {
            client.read(nap);
        }
    };
    std::array<std::thread, 6> threads;
    std::generate(threads.begin(), threads.end(), [&] { return std::thread(call_often); });
    std::for_each(threads.begin(), threads.end(), [](std::thread& thread) { thread.join(); });
    EXPECT_EQ(most, 2);
    EXPECT_EQ(server_.ask("SELECT count(*) FROM pg_stat_activity WHERE usename = 'watchtower'"), "2");
}

TEST_F(PostgresClient, DoesNotWaitForAConnectionForEver) {
    Options impatient = options();
    impatient.wait = milliseconds(20);
    Client client(impatient, dependency_);
    const std::string text = error_of<Unavailable>([&] { client.transaction([&](pqxx::work&) { one(client); }); });
    EXPECT_THAT(text, HasSubstr("none of 1 connections came free"));
    EXPECT_EQ(one(client), 1);
}

TEST(PostgresClientPassword, IsInNoErrorText) {
    test::PostgresServer server({.durable = false, .passwords = true, .settings = {}});
    server.run("ALTER ROLE watchtower PASSWORD 'right'");
    Options options;
    options.url = "postgresql://watchtower:hush%21hush@127.0.0.1:" + std::to_string(server.port()) + "/watchtower";
    Client client(options);
    const std::string text = error_of<Unavailable>([&] { one(client); });
    EXPECT_THAT(text, HasSubstr("password authentication failed"));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    server.run("ALTER ROLE watchtower PASSWORD 'hush!hush'");
    EXPECT_TRUE(test::eventually(seconds(5), [&] { return one(client) == 1; }));
}

}  // namespace
}  // namespace watchtower::postgres
