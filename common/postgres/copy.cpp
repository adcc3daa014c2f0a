#include "common/postgres/copy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include <libpq-fe.h>

#include "common/postgres/connection.hpp"

namespace watchtower::postgres {

namespace {

/// What is handed to libpq at a time; it copies it into a buffer of its own.
constexpr std::size_t kChunkBytes = 1U << 20U;

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

[[noreturn]] void fail(PGconn* connection, const std::string& command) {
    const std::string why = PQerrorMessage(connection);
    if (PQstatus(connection) == CONNECTION_BAD) {
        throw pqxx::broken_connection(why);
    }
    throw pqxx::failure(command + ": " + why);
}

}  // namespace

void CopyRows::separate() {
    if (in_row_) {
        text_ += '\t';
    }
    in_row_ = true;
}

CopyRows& CopyRows::text(std::string_view field) {
    constexpr std::string_view kSpecial("\\\t\n\r", 4);
    separate();
    for (;;) {
        const auto plain = std::min(field.find_first_of(kSpecial), field.size());
        text_.append(field.substr(0, plain));
        if (plain == field.size()) {
            return *this;
        }
        const char special = field[plain];
        text_ += '\\';
        text_ += special == '\t' ? 't' : special == '\n' ? 'n' : special == '\r' ? 'r' : '\\';
        field.remove_prefix(plain + 1);
    }
}

CopyRows& CopyRows::number(std::uint64_t field) {
    separate();
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), field).ptr;
    text_.append(digits.data(), end);
    return *this;
}

CopyRows& CopyRows::boolean(bool field) {
    separate();
    text_ += field ? 't' : 'f';
    return *this;
}

CopyRows& CopyRows::null() {
    separate();
    text_ += "\\N";
    return *this;
}

void CopyRows::end_row() {
    text_ += '\n';
    in_row_ = false;
    ++rows_;
}

void CopyRows::reserve_rows(std::uint64_t more) {
    constexpr std::uint64_t kSpare = 16;  // one in so many bytes
    if (rows_ > 0) {
        const std::uint64_t expected = text_.size() / rows_ * more;
        text_.reserve(text_.size() + expected + expected / kSpare);
    }
}

void copy_in(pqxx::transaction_base& transaction, const std::string& into, std::string_view rows) {
    const std::string command = "copy " + into + " from stdin";
    transaction.exec(command);
    PGconn* connection = static_cast<NativeConnection&>(transaction.conn()).handle();
    for (std::size_t sent = 0; sent < rows.size(); sent += kChunkBytes) {
        const std::string_view chunk = rows.substr(sent, kChunkBytes);
        if (PQputCopyData(connection, chunk.data(), static_cast<int>(chunk.size())) != 1) {
            fail(connection, command);
        }
    }
    if (PQputCopyEnd(connection, nullptr) != 1) {
        fail(connection, command);
    }
    for (Result result(PQgetResult(connection), PQclear); result != nullptr; result.reset(PQgetResult(connection))) {
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
            const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
            if (state == nullptr || PQstatus(connection) == CONNECTION_BAD) {
                fail(connection, command);
            }
            throw pqxx::sql_error(PQresultErrorMessage(result.get()), command, state);
        }
    }
}

}  // namespace watchtower::postgres
