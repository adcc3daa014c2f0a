#include "common/postgres/copy.hpp"

#include <gtest/gtest.h>

#include "common/postgres/client.hpp"
#include "tests/support/postgres_server.hpp"

namespace watchtower::postgres {
namespace {

class CopyIn : public testing::Test {
protected:
    CopyIn() {
        server_.run("create table things (name text, number bigint, there boolean); grant all on things to public");
    }

    void copy(const std::string& rows, const std::string& into = "things") {
        client_.transaction([&](pqxx::work& transaction) {
            transaction.exec("select 1");
            copy_in(transaction, into, rows);
            transaction.exec("select 1");
        });
    }

    test::PostgresServer server_;
    Client client_{{.url = server_.url()}};
};

TEST_F(CopyIn, KeepsEveryCharacter) {
    const std::string odd = "a\tb\\N\\\nc\rd\\.e é";
    CopyRows rows;
    rows.text(odd).number(UINT64_C(9007199254740993)).boolean(true).end_row();
    rows.null().number(0).boolean(false).end_row();
    rows.text("").null().null().end_row();
    EXPECT_EQ(rows.rows(), 3);
    copy(std::move(rows).take());
    EXPECT_EQ(server_.ask("select name from things where there"), odd);
    EXPECT_EQ(server_.ask("select number from things where there"), "9007199254740993");
    EXPECT_EQ(server_.ask("select count(*) from things where name is null and number = 0 and not there"), "1");
    EXPECT_EQ(server_.ask("select count(*) from things where name = '' and number is null and there is null"), "1");
}

TEST_F(CopyIn, TakesMoreThanFitsIntoOneChunk) {
    CopyRows rows;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        rows.text("some name " + std::to_string(i)).number(i).boolean(true).end_row();
    }
    copy(std::move(rows).take());
    EXPECT_EQ(server_.ask("select sum(number) from things"), "4999950000");
}

TEST_F(CopyIn, TakesNothingOfRowsThatAreWrong) {
    CopyRows rows;
    rows.text("a").number(1).boolean(true).end_row();
    EXPECT_THROW(copy(std::move(rows).take() + "too\tfew\n"), Error);
    EXPECT_THROW(copy("", "no_such_table"), Error);
    EXPECT_EQ(server_.ask("select count(*) from things"), "0");
    copy("a\t1\tt\n");
    EXPECT_EQ(server_.ask("select count(*) from things"), "1");
}

TEST_F(CopyIn, IsUnavailableWhenTheServerGoes) {
    const auto copy_as_it_goes = [this](pqxx::work& transaction) {
        transaction.exec("select 1");
        server_.kill();
        copy_in(transaction, "things", "a\t1\tt\n");
    };
    EXPECT_THROW(client_.transaction(copy_as_it_goes), Unavailable);
}

}  // namespace
}  // namespace watchtower::postgres
