#include "common/postgres/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PostgresTarget, TellsWhereWithoutUserAndPassword) {
    EXPECT_EQ(Target("postgresql://me:hush@db:5433/game").location(), "db:5433/game");
    EXPECT_EQ(Target("postgresql://me:hush@one:1,two:2/game").location(), "one,two:1,2/game");
    EXPECT_EQ(Target("host=/run/pg user=me password=hush dbname=game").location(), "/run/pg:5432/game");
}

TEST(PostgresTarget, QuotesWhatAConnectionStringNeedsQuoted) {
    const Target target(R"(postgresql://me:a'b%5Cc%20d@db/game)");
    EXPECT_EQ(target.value("password"), R"(a'b\c d)");
    EXPECT_EQ(Target(target.conninfo({})).value("password"), R"(a'b\c d)");
}

TEST(PostgresTarget, ChangesOverwriteAndTheRestStays) {
    const Target changed(Target("postgresql://db/game?connect_timeout=9").conninfo({{"connect_timeout", "2"}}));
    EXPECT_EQ(changed.value("connect_timeout"), "2");
    EXPECT_EQ(changed.value("dbname"), "game");
}

TEST(PostgresTarget, RefusesWhatItCannotReadWithoutQuotingIt) {
    for (const auto* url : {"postgresql://me:hush%zz@db/game", "me:hush@db", "postgresql://me:hush@db/game?nosuch=1"}) {
        try {
            const Target target(url);
            ADD_FAILURE() << url;
        } catch (const BadInput& e) {
            EXPECT_THAT(e.what(), Not(HasSubstr("hush")));
        }
    }
}

TEST(PostgresTarget, MakesTextsSafeToLog) {
    const Target target("postgresql://me:hush@db/game");
    EXPECT_EQ(target.without_secrets("FATAL:  no 'hush',\n\there hush\n"), "FATAL: no '***', here ***");
    EXPECT_EQ(target.without_secrets(std::string(1000, 'x')).size(), 400U);
}

}  // namespace
}  // namespace watchtower::postgres
