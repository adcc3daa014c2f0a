#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/postgres/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/tcp_gate.hpp"

namespace watchtower::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class PostgresFailure : public testing::Test {
protected:
    PostgresFailure() {
        std::signal(SIGPIPE, SIG_IGN);  // as StopSignal does in every process
        server_.run("CREATE TABLE t (n integer); ALTER TABLE t OWNER TO watchtower");
    }

    [[nodiscard]] Options options(int port) const {
        Options result;
        result.url = server_.url_through(port);
        result.deadline = milliseconds(500);
        result.connect_timeout = seconds(2);
        return result;
    }

    static int one(Client& client) {
        return client.transaction([](pqxx::work& transaction) { return transaction.exec1("SELECT 1")[0].as<int>(); });
    }

    /// Takes exactly Expected, not a kind of it.
    template <typename Expected, typename Call>
    static std::string error_of(Call call) {
        try {
            call();
        } catch (const Expected& e) {
            EXPECT_EQ(typeid(e), typeid(Expected)) << e.what();
            return e.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return "";
    }

    test::PostgresServer server_;
    test::TcpGate gate_{server_.port()};
    std::shared_ptr<Dependency> dependency_ = std::make_shared<Dependency>("postgres");
};

TEST_F(PostgresFailure, WorksAgainAfterTheServerWasKilledAndCameBack) {
    Client client(options(server_.port()), dependency_);
    EXPECT_EQ(one(client), 1);
    server_.kill();
    EXPECT_THAT(error_of<Unavailable>([&] { one(client); }), HasSubstr("connect: "));
    EXPECT_EQ(dependency_->state(), DependencyState::down);
    server_.start();
    EXPECT_TRUE(test::eventually(seconds(5), [&] { return one(client) == 1; }));
    EXPECT_EQ(dependency_->state(), DependencyState::up);
}

TEST_F(PostgresFailure, NoCallFailsForARestartBetweenCalls) {
    Options four = options(server_.port());
    four.connections = 4;
    Client client(four);
    client.read([&](pqxx::read_transaction&) { client.read([&](pqxx::read_transaction&) { one(client); }); });
    server_.stop();
    server_.start();
    for (int call = 0; call < 6; ++call) {
        EXPECT_EQ(one(client), 1);
    }
}

TEST_F(PostgresFailure, ALostTransactionFailsOnceAndTheNextCallWorks) {
    Client client(options(gate_.port()), dependency_);
    const auto lose = [&] {
        client.transaction([&](pqxx::work& transaction) {
            transaction.exec("INSERT INTO t VALUES (1)");
            gate_.cut();
            gate_.resume();
            transaction.exec("INSERT INTO t VALUES (2)");
        });
    };
    error_of<Unavailable>(lose);
    EXPECT_EQ(dependency_->state(), DependencyState::down);
    EXPECT_EQ(one(client), 1);
    EXPECT_EQ(server_.ask("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresFailure, ACallWithoutAnAnswerEndsTheIdleConnectionsToo) {
    Options two = options(gate_.port());
    two.connections = 2;
    Client client(two);
    client.read([&](pqxx::read_transaction&) { one(client); });
    EXPECT_EQ(gate_.connections(), 2U);
    gate_.freeze();
    error_of<Unavailable>([&] { one(client); });
    gate_.resume();
    EXPECT_EQ(one(client), 1);
    EXPECT_EQ(gate_.connections(), 3U);
}

TEST_F(PostgresFailure, ALostCopyIsUnavailable) {
    Client client(options(gate_.port()));
    const auto lose = [&] {
        client.transaction([&](pqxx::work& transaction) {
            pqxx::stream_to rows(transaction, "t", std::vector<std::string>{"n"});
            rows << std::make_tuple(1);
            gate_.cut();
            for (int n = 0; n < 100'000; ++n) {
                rows << std::make_tuple(n);
            }
            rows.complete();
        });
    };
    error_of<Unavailable>(lose);
    gate_.resume();
    EXPECT_TRUE(test::eventually(seconds(5), [&] { return one(client) == 1; }));
}

TEST_F(PostgresFailure, AClosedSessionIsUnavailable) {
    Client client(options(server_.port()));
    const auto lose = [&] {
        client.transaction([&](pqxx::work& transaction) {
            server_.run("SELECT pg_terminate_backend(" + std::to_string(transaction.conn().backendpid()) + ")");
            transaction.exec("SELECT 1");
        });
    };
    error_of<Unavailable>(lose);
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresFailure, EndsCallsThatAreUnderWayAndAllLaterOnes) {
    Options patient = options(gate_.port());
    patient.deadline = seconds(600);
    patient.statement_timeout = seconds(600);
    Client client(patient);
    const auto hang = [&] {
        client.transaction([&](pqxx::work& transaction) {
            gate_.freeze();
            client.end_within(milliseconds(50));
            transaction.exec("SELECT 1");
        });
    };
    EXPECT_THAT(error_of<Unavailable>(hang), HasSubstr("this process ends"));
    gate_.resume();
    client.end_within(seconds(600));
    EXPECT_THAT(error_of<Unavailable>([&] { one(client); }), HasSubstr("this process ends"));
}

TEST_F(PostgresFailure, AnswersUntilItsEnd) {
    Client client(options(server_.port()));
    client.end_within(seconds(600));
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresFailure, FailsAtOnceInBetweenWhileNobodyListens) {
    gate_.cut();
    Client client(options(gate_.port()));
    bool spared = false;
    for (int call = 0; call < 20; ++call) {
        spared = spared || error_of<Unavailable>([&] { one(client); }).find("a moment ago") != std::string::npos;
    }
    EXPECT_TRUE(spared);
    gate_.resume();
    EXPECT_TRUE(test::eventually(seconds(3), [&] { return one(client) == 1; }));
}

TEST_F(PostgresFailure, ConnectingToANetworkThatSwallowsEverythingEnds) {
    gate_.freeze();
    Client client(options(gate_.port()), dependency_);
    EXPECT_THAT(error_of<Unavailable>([&] { one(client); }), HasSubstr("timeout"));
    EXPECT_EQ(dependency_->state(), DependencyState::down);
    gate_.resume();
    EXPECT_TRUE(test::eventually(seconds(5), [&] { return one(client) == 1; }));
}

TEST_F(PostgresFailure, ConnectingToAFrozenServerEnds) {
    server_.freeze();
    Client client(options(server_.port()));
    EXPECT_THAT(error_of<Unavailable>([&] { one(client); }), HasSubstr("timeout"));
    server_.thaw();
    EXPECT_TRUE(test::eventually(seconds(5), [&] { return one(client) == 1; }));
}

TEST_F(PostgresFailure, AStatementOnAFrozenServerEndsAtTheDeadline) {
    Client client(options(server_.port()), dependency_);
    EXPECT_EQ(one(client), 1);
    server_.freeze();
    EXPECT_THAT(error_of<Unavailable>([&] { one(client); }), HasSubstr("transaction: no answer within 500 ms"));
    EXPECT_EQ(dependency_->state(), DependencyState::down);
    server_.thaw();
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresFailure, ARollbackOnAFrozenServerEndsAtTheDeadline) {
    Client client(options(server_.port()));
    const auto fail = [&] {
        client.transaction([&](pqxx::work& transaction) {
            transaction.exec("INSERT INTO t VALUES (1)");
            server_.freeze();
            throw BadInput("mine");
        });
    };
    EXPECT_EQ(error_of<BadInput>(fail), "mine");
    server_.thaw();
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresFailure, ATransactionThatSaysNothingIsEndedByTheServer) {
    Options short_limit = options(server_.port());
    short_limit.deadline = seconds(20);
    short_limit.idle_timeout = milliseconds(200);
    Client client(short_limit, dependency_);
    for (const auto deadline : {seconds(20), seconds(30)}) {
        const auto say_nothing = [&] {
            client.transaction(deadline, [&](pqxx::work& transaction) {
                transaction.exec("INSERT INTO t VALUES (1)");
                EXPECT_TRUE(test::eventually(seconds(10), [&] {
                    return server_.ask("SELECT count(*) FROM pg_stat_activity WHERE usename = 'watchtower'") == "0";
                }));
                transaction.exec("INSERT INTO t VALUES (2)");
            });
        };
        (void)error_of<Unavailable>(say_nothing);
    }
    EXPECT_EQ(server_.ask("SELECT count(*) FROM t"), "0");
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresFailure, ACommitWithoutAnAnswerMayHaveHappened) {
    Options patient_server = options(server_.port());
    // else it may end the session when it wakes, before it reads the COMMIT
    patient_server.url += "?options=-c%20idle_in_transaction_session_timeout%3D0";
    Client client(patient_server, dependency_);
    const auto freeze = [&] {
        client.transaction([&](pqxx::work& transaction) {
            transaction.exec("INSERT INTO t VALUES (1)");
            server_.freeze();
        });
    };
    EXPECT_THAT(error_of<MayHaveHappened>(freeze), HasSubstr("commit: no answer within 500 ms; it may be committed"));
    EXPECT_EQ(dependency_->state(), DependencyState::down);
    server_.thaw();
    EXPECT_TRUE(test::eventually(seconds(5), [&] { return server_.ask("SELECT count(*) FROM t") == "1"; }));
    EXPECT_EQ(one(client), 1);
}

TEST_F(PostgresFailure, ACommitOnACutNetworkMayHaveHappened) {
    Client client(options(gate_.port()));
    const auto cut = [&] {
        client.transaction([&](pqxx::work& transaction) {
            transaction.exec("INSERT INTO t VALUES (1)");
            gate_.cut();
        });
    };
    error_of<MayHaveHappened>(cut);
}

TEST_F(PostgresFailure, AReadNeverMayHaveHappened) {
    Client client(options(server_.port()));
    const auto freeze = [&] {
        client.read([&](pqxx::read_transaction& transaction) {
            transaction.exec("TABLE t");
            server_.freeze();
        });
    };
    EXPECT_THAT(error_of<Unavailable>(freeze), HasSubstr("no answer within 500 ms"));
}

TEST_F(PostgresFailure, ADeadlineOfItsOwnIsLongerOrShorter) {
    Client client(options(server_.port()));
    client.transaction(seconds(20), [](pqxx::work& transaction) { transaction.exec("SELECT pg_sleep(0.7)"); });
    server_.freeze();
    const auto brief = [&] {
        client.read(milliseconds(50), [](pqxx::read_transaction& transaction) { transaction.exec("SELECT 1"); });
    };
    EXPECT_THAT(error_of<Unavailable>(brief), HasSubstr("no answer within 50 ms"));
}

}  // namespace
}  // namespace watchtower::postgres
