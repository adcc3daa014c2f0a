#include "common/postgres/client.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "common/base/backoff.hpp"
#include "common/postgres/connection.hpp"
#include "common/postgres/failure.hpp"
#include "common/postgres/target.hpp"
#include "common/postgres/watchdog.hpp"

namespace watchtower::postgres {

namespace {

using TimePoint = Watchdog::TimePoint;

TimePoint now() {
    return std::chrono::steady_clock::now();
}

constexpr auto kEnded = "this process ends";

std::string session_limits(const std::string& prefix,
                           const std::string& separator,
                           Milliseconds statement,
                           Milliseconds idle) {
    return prefix + "statement_timeout=" + std::to_string(statement.count()) + separator + prefix +
           "idle_in_transaction_session_timeout=" + std::to_string(idle.count());
}

}  // namespace

/// The connections of a client.
struct Client::Impl {
    Impl(Options client_options, std::shared_ptr<Dependency> client_dependency)
        : options(std::move(client_options)),
          target(options.url),
          dependency(std::move(client_dependency)) {}

    std::unique_ptr<Connection> acquire(TimePoint deadline);
    std::unique_ptr<Connection> connect(TimePoint deadline);
    std::string conninfo(TimePoint deadline) const;
    void give_back(std::unique_ptr<Connection> connection);
    void drop(std::unique_ptr<Connection> connection);
    void drop_idle();
    void tell_success() const;
    void tell_failure(const std::string& text) const;

    const Options options;
    const Target target;
    const std::shared_ptr<Dependency> dependency;
    Watchdog watchdog;

    std::mutex mutex;
    std::condition_variable freed;
    std::vector<std::unique_ptr<Connection>> idle;
    int open = 0;  ///< in use, idle, and being connected
    Backoff backoff{std::chrono::milliseconds(50), std::chrono::seconds(1)};
    TimePoint retry_at;
    std::string last_failure;
};

std::unique_ptr<Connection> Client::Impl::acquire(TimePoint deadline) {
    const TimePoint until = std::min(deadline, now() + options.wait);
    std::unique_lock lock(mutex);
    for (;;) {
        while (!idle.empty()) {
            auto connection = std::move(idle.back());
            idle.pop_back();
            if (connection->is_quiet()) {
                return connection;
            }
            --open;
        }
        if (open < options.connections) {
            if (now() >= watchdog.end()) {
                throw Unavailable("postgres " + target.location() + ": " + kEnded);
            }
            if (now() < retry_at) {
                throw Unavailable(last_failure + " (a moment ago)");
            }
            ++open;
            lock.unlock();
            return connect(deadline);
        }
        if (!freed.wait_until(lock, until, [this] { return !idle.empty() || open < options.connections; })) {
            throw Unavailable("postgres " + target.location() + ": none of " + std::to_string(options.connections) +
                              " connections came free in time");
        }
    }
}

std::unique_ptr<Connection> Client::Impl::connect(TimePoint deadline) {
    try {
        auto connection = std::make_unique<Connection>(conninfo(deadline));
        const std::lock_guard lock(mutex);
        backoff.reset();
        return connection;
    } catch (...) {
        const Failure failure = classify(std::current_exception());
        const std::string text = "postgres " + target.location() + ": connect: " + target.without_secrets(failure.text);
        {
            const std::lock_guard lock(mutex);
            --open;
            freed.notify_one();
            retry_at = now() + backoff.next();
            last_failure = text;
        }
        if (failure.kind == Failure::Kind::foreign) {
            throw;
        }
        tell_failure(text);
        throw Unavailable(text);
    }
}

std::string Client::Impl::conninfo(TimePoint deadline) const {
    using std::chrono::ceil;
    using std::chrono::seconds;
    seconds timeout = ceil<seconds>(options.connect_timeout);
    const std::string own = target.value("connect_timeout");
    int own_seconds = 0;
    std::from_chars(own.data(), own.data() + own.size(), own_seconds);
    if (own_seconds > 0) {
        timeout = seconds(own_seconds);
    }
    timeout = std::clamp(ceil<seconds>(deadline - now()), seconds(1), std::max(timeout, seconds(1)));
    std::map<std::string, std::string> changes = {
        {"connect_timeout", std::to_string(timeout.count())},
        {"client_encoding", "UTF8"},
        {"fallback_application_name", options.application_name},
        // what the URL says comes last and wins
        {"options",
         session_limits("-c ", " ", options.statement_timeout, std::min(options.deadline, options.idle_timeout)) + " " +
             target.value("options")}};
    return target.conninfo(changes);
}

void Client::Impl::give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(connection));
    freed.notify_one();
}

void Client::Impl::drop(std::unique_ptr<Connection> connection) {
    connection.reset();
    const std::lock_guard lock(mutex);
    --open;
    freed.notify_one();
}

void Client::Impl::drop_idle() {
    std::vector<std::unique_ptr<Connection>> dropped;
    const std::lock_guard lock(mutex);
    dropped.swap(idle);
    open -= static_cast<int>(dropped.size());
    freed.notify_all();
}

void Client::Impl::tell_success() const {
    if (dependency != nullptr) {
        dependency->succeeded();
    }
}

void Client::Impl::tell_failure(const std::string& text) const {
    if (dependency != nullptr) {
        dependency->failed(text);
    }
}

Client::Client(Options options, std::shared_ptr<Dependency> dependency)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(dependency))) {}

Client::~Client() = default;

void Client::end_within(Milliseconds time) {
    impl_->watchdog.end_by(now() + time);
}

const std::string& Client::location() const {
    return impl_->target.location();
}

const Options& Client::options() const {
    return impl_->options;
}

struct Client::Use::State {
    enum class Stage { body, commit, done };

    State(Impl& client, Milliseconds own_deadline, bool read_only)
        : impl(client),
          deadline(own_deadline),
          reads_only(read_only) {}

    Impl& impl;
    const Milliseconds deadline;
    const bool reads_only;
    Stage stage = Stage::body;
    bool unfit = false;  ///< not to be used again
    std::unique_ptr<Connection> connection;
    Watchdog::Id watch = 0;
};

Client::Use::Use(Impl& impl, Milliseconds deadline, bool reads_only)
    : state_(std::make_unique<State>(impl, deadline, reads_only)) {
    const TimePoint end = std::min(now() + deadline, impl.watchdog.end());
    state_->connection = impl.acquire(end);
    state_->watch = impl.watchdog.arm(state_->connection->socket(), end);
}

Client::Use::~Use() {
    State& state = *state_;
    const bool fired = state.impl.watchdog.disarm(state.watch);
    if (fired || state.unfit || (state.stage != State::Stage::done && state.connection->is_lost())) {
        state.impl.drop(std::move(state.connection));
    } else {
        state.impl.give_back(std::move(state.connection));
    }
}

pqxx::connection_base& Client::Use::connection() {
    return state_->connection->get();
}

void Client::Use::begin(pqxx::transaction_base& transaction) {
    if (state_->deadline != state_->impl.options.deadline) {
        transaction.exec(session_limits(
            "SET LOCAL ", ";", state_->deadline, std::min(state_->deadline, state_->impl.options.idle_timeout)));
    }
}

void Client::Use::commit(pqxx::transaction_base& transaction) {
    state_->stage = State::Stage::commit;
    transaction.commit();
    state_->stage = State::Stage::done;
    state_->impl.tell_success();
}

void Client::Use::rethrow() {
    using Kind = Failure::Kind;
    State& state = *state_;
    Failure failure = classify(std::current_exception());
    if (failure.kind == Kind::foreign) {
        throw;
    }
    const bool committing = state.stage == State::Stage::commit;
    std::string text = "postgres " + state.impl.target.location() + ": " + (committing ? "commit: " : "transaction: ");
    if (state.impl.watchdog.has_fired(state.watch)) {
        failure.kind = Kind::broken;
        text += now() < state.impl.watchdog.end() ? "no answer within " + std::to_string(state.deadline.count()) + " ms"
                                                  : kEnded;
    } else {
        text += failure.sqlstate + (failure.sqlstate.empty() ? "" : " ");
        text += state.impl.target.without_secrets(failure.text);
    }
    if (failure.kind == Kind::wrong && state.connection->is_lost()) {
        failure.kind = Kind::broken;  // libpqxx has no type of its own for what breaks within a COPY
    }
    if (failure.sqlstate == "25006" && state.reads_only) {
        failure.kind = Kind::wrong;
    }
    if (failure.kind == Kind::wrong || failure.kind == Kind::conflict) {
        state.impl.tell_success();
        if (failure.kind == Kind::wrong) {
            throw Error(text);
        }
        throw Unavailable(text);
    }
    state.impl.tell_failure(text);
    state.unfit = failure.kind != Kind::cancelled;
    if (state.unfit) {
        state.impl.drop_idle();
    }
    if (state.unfit && committing && !state.reads_only) {
        throw MayHaveHappened(text + "; it may be committed");
    }
    throw Unavailable(text);
}

}  // namespace watchtower::postgres
