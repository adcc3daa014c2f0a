#include "common/postgres/connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "common/base/log.hpp"

namespace watchtower::postgres {

namespace {

int state_of(int socket, short events) {
    pollfd state{socket, events, 0};
    return ::poll(&state, 1, 0) > 0 ? state.revents : 0;
}

}  // namespace

bool Connection::Notices::operator()(const char* text) noexcept {
    try {
        log::debug("postgres_notice", {{"text", text}});
    } catch (...) {  // NOLINT(bugprone-empty-catch): called from C, and a notice is worth no more
    }
    return false;
}

Connection::Connection(const std::string& conninfo)
    : connection_(conninfo),
      notices_(connection_),
      socket_(::fcntl(connection_.sock(), F_DUPFD_CLOEXEC, 0)) {
    if (socket_ < 0) {
        throw pqxx::broken_connection("no file descriptor left");
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection_.inhibit_reactivation(true);  // deprecated, as libpqxx 7 never reconnects
#pragma GCC diagnostic pop
}

Connection::~Connection() {
    ::close(socket_);
}

bool Connection::is_quiet() const {
    return connection_.is_open() && state_of(socket_, POLLIN | POLLRDHUP) == 0;
}

bool Connection::is_lost() const {
    return !connection_.is_open() || state_of(socket_, POLLRDHUP) != 0;
}

}  // namespace watchtower::postgres
