#include "common/postgres/failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <pqxx/pqxx>

namespace watchtower::postgres {

namespace {

using Kind = Failure::Kind;

struct Meaning {
    std::string_view prefix;  ///< of the SQLSTATE
    Kind kind;
};

/// PostgreSQL's documentation, appendix A. The first that fits counts.
constexpr std::array kMeanings = {
    Meaning{"08", Kind::broken},          // connection exceptions
    Meaning{"25006", Kind::unavailable},  // read-only: a standby
    Meaning{"25P03", Kind::broken},       // idle_in_transaction_session_timeout
    Meaning{"40003", Kind::broken},       // nobody knows whether the statement was completed
    Meaning{"40", Kind::conflict},        // serialisation, deadlock
    Meaning{"53", Kind::unavailable},     // disk full, out of memory, too many connections
    Meaning{"55P03", Kind::conflict},     // lock_timeout, NOWAIT
    Meaning{"57014", Kind::cancelled},    // statement_timeout
    Meaning{"57P", Kind::broken},         // shutting down, crashed, starting
    Meaning{"58", Kind::unavailable},     // the server's own input and output
};

Kind meaning_of(std::string_view sqlstate) {
    const auto* found = std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& meaning) {
        return sqlstate.substr(0, meaning.prefix.size()) == meaning.prefix;
    });
    return found == kMeanings.end() ? Kind::wrong : found->kind;
}

/// Without the lines "LINE 1: SELECT …" and "    ^" that quote the query.
std::string without_query(const std::string& message) {
    const auto quote = message.find("\nLINE ");
    if (quote == std::string::npos) {
        return message;
    }
    const auto pointer = message.find('\n', quote + 1);
    const auto rest = pointer == std::string::npos ? pointer : message.find('\n', pointer + 1);
    return message.substr(0, quote) + (rest == std::string::npos ? "" : message.substr(rest));
}

}  // namespace

Failure classify(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const pqxx::sql_error& e) {
        return {meaning_of(e.sqlstate()), e.sqlstate(), without_query(e.what())};
    } catch (const pqxx::statement_completion_unknown& e) {
        return {Kind::broken, "", e.what()};
    } catch (const pqxx::transaction_rollback& e) {
        return {Kind::conflict, "", e.what()};
    } catch (const pqxx::broken_connection& e) {
        return {Kind::broken, "", e.what()};
    } catch (const pqxx::in_doubt_error&) {
        return {Kind::broken, "", "the connection was lost"};
    } catch (const pqxx::pqxx_exception& e) {
        return {Kind::wrong, "", without_query(e.base().what())};
    } catch (...) {  // NOLINT(bugprone-empty-catch): for its caller to rethrow
    }
    return {};
}

}  // namespace watchtower::postgres
