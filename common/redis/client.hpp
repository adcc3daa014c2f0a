#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/backoff.hpp"
#include "common/base/dependency.hpp"
#include "common/redis/reply.hpp"
#include "common/redis/url.hpp"

struct redisContext;

namespace watchtower::redis {

struct Options {
    std::string url = "redis://127.0.0.1:6379/0";     ///< as parse_url reads it
    std::chrono::milliseconds connect_timeout{1000};  ///< also for each answer while signing on
    std::chrono::milliseconds timeout{2000};          ///< of each wait for the server within a call
};

/// How one call differs from others.
struct CallOptions {
    /// Added to the timeout: what a blocking command (XREADGROUP BLOCK) may wait by itself.
    std::chrono::milliseconds extra_timeout{0};
    /// The same call twice does no harm: it is sent once more, on a new connection, when the connection broke under it.
    bool repeatable = false;
    /// Error replies are returned instead of thrown.
    bool keep_errors = false;
};

/// The name of a command and its arguments; any bytes.
using Command = std::vector<std::string>;

/// A Lua script. Each different text is remembered: no values in it, they are its keys and arguments.
struct Script {
    std::string text;
};

/// A connection to one Redis server, made when it is needed and made again after it broke.
///
/// Threads: all functions may be called from any; they take turns on one connection, so give blocking reads a Client of
/// their own. The process must ignore SIGPIPE (StopSignal sees to it).
///
/// Failures: Unavailable when the server cannot be reached, signs us off, does not answer in time, or answers that it
/// cannot now (LOADING, READONLY, OOM, MISCONF, …); Error for every other error reply. After a broken connection or a
/// timeout the connection is dropped, as a late answer would be taken for the next call's. Unavailable from an
/// established connection means that the command may or may not have been carried out; it is never sent twice unless
/// the caller calls it repeatable. A connection found closed before anything was sent (the server was restarted in
/// between) is simply made anew. After a failed connect or a timeout calls fail at once for a while (1 s at most), then
/// one of them tries again.
class Client {
public:
    /// Does not connect yet. Throws BadInput for a URL it cannot read. `dependency` is told of each success and failure
    /// to reach the server; null: nobody is.
    explicit Client(const Options& options, std::shared_ptr<Dependency> dependency = nullptr);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// One command and its answer.
    Reply command(std::initializer_list<std::string_view> words, const CallOptions& call = {});
    Reply command(std::span<const std::string_view> words, const CallOptions& call = {});

    /// Many commands in one go (10,000 on the way at a time), and their answers in order. No other call's commands come
    /// between them. The first error reply, EXEC's inner ones included, is thrown, but only after all were sent and
    /// answered.
    std::vector<Reply> pipeline(std::span<const Command> commands, const CallOptions& call = {});

    /// Runs a script by its digest, or by its text where the server does not know it (any more).
    Reply script(const Script& script,
                 std::initializer_list<std::string_view> keys,
                 std::initializer_list<std::string_view> arguments,
                 const CallOptions& call = {});
    Reply script(const Script& script,
                 std::span<const std::string_view> keys,
                 std::span<const std::string_view> arguments,
                 const CallOptions& call = {});

    [[nodiscard]] const Address& address() const { return address_; }

private:
    using Words = std::vector<std::string_view>;
    using Batch = std::span<const Words>;
    struct ContextDeleter {
        void operator()(redisContext* context) const noexcept;
    };
    /// What became of a batch: answers, or why there are none.
    struct Outcome {
        std::vector<Reply> replies;
        std::string failure;     ///< empty: there are answers
        bool timed_out = false;  ///< else the connection broke
    };

    std::vector<Reply> run(Batch batch, const CallOptions& call);
    Outcome exchange(Batch batch, std::chrono::milliseconds timeout);
    void connect(std::string_view what);
    void sign_on();
    void drop_if_closed();
    void give_up(const std::string& why, bool wait_before_next);
    [[nodiscard]] std::string digest_of(const Script& script);
    [[nodiscard]] std::string who(std::string_view what) const;
    void throw_error(std::string_view what, const Reply& error) const;

    const Address address_;
    const std::chrono::milliseconds connect_timeout_;
    const std::chrono::milliseconds timeout_;
    const std::shared_ptr<Dependency> dependency_;

    std::mutex mutex_;  ///< for what follows
    std::unique_ptr<redisContext, ContextDeleter> context_;
    std::chrono::milliseconds context_timeout_{0};
    Backoff backoff_;
    std::chrono::steady_clock::time_point next_try_;
    std::string last_failure_;

    std::mutex digests_mutex_;
    std::unordered_map<std::string, std::string> digests_;  ///< of each script's text
};

}  // namespace watchtower::redis
