#pragma once

#include <exception>
#include <string>

namespace watchtower::postgres {

/// What an exception out of a transaction means.
struct Failure {
    enum class Kind {
        foreign,      ///< not libpqxx's: to be passed on as it is
        wrong,        ///< the server or libpqxx refuses the statement; again will be refused again
        conflict,     ///< another transaction was in the way (serialisation, deadlock, lock): again may work at once
        cancelled,    ///< the server gave up the statement (statement_timeout) and is well
        unavailable,  ///< the server cannot (disk full, shutting down, read-only)
        broken        ///< the connection is lost
    };
    Kind kind = Kind::foreign;
    std::string sqlstate;  ///< empty when the server did not say one
    std::string text;      ///< without the query; may hold several lines
};

[[nodiscard]] Failure classify(const std::exception_ptr& exception);

}  // namespace watchtower::postgres
