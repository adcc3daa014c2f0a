#include "common/redis/client.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/time.h>

#include <hiredis/hiredis.h>

#include "common/base/error.hpp"

namespace watchtower::redis {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kBatchSize = 10'000;
constexpr milliseconds kFirstWait{50};
constexpr milliseconds kMostWait{1000};

struct ReplyDeleter {
    void operator()(void* reply) const noexcept { ::freeReplyObject(reply); }
};

/// The system takes a zero as "for ever".
timeval to_timeval(milliseconds duration) {
    const auto count = std::max<milliseconds::rep>(1, duration.count());
    return {count / 1000, static_cast<suseconds_t>(count % 1000 * 1000)};
}

Reply to_reply(const redisReply& reply) {
    const auto text = [&reply] { return std::string(reply.str, reply.len); };
    switch (reply.type) {
        case REDIS_REPLY_INTEGER:
            return Reply::of_integer(reply.integer);
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            return Reply::of_text(text());
        case REDIS_REPLY_ERROR:
            return Reply::of_error(text());
        case REDIS_REPLY_ARRAY: {
            std::vector<Reply> elements;
            elements.reserve(reply.elements);
            for (std::size_t i = 0; i < reply.elements; ++i) {
                elements.push_back(to_reply(*reply.element[i]));
            }
            return Reply::of_array(std::move(elements));
        }
        default:
            return {};
    }
}

void append(redisContext* context, const std::vector<std::string_view>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string_view word : words) {
        texts.push_back(word.data() == nullptr ? "" : word.data());
        sizes.push_back(word.size());
    }
    if (::redisAppendCommandArgv(context, static_cast<int>(words.size()), texts.data(), sizes.data()) != REDIS_OK) {
        throw Error("redis: out of memory");
    }
}

/// READONLY after a failover behind one name, NOAUTH after a change of passwords: the next connection may do better.
bool wants_another_connection(const Reply& reply) {
    return reply.is_error("READONLY") || reply.is_error("NOAUTH");
}

}  // namespace

void Client::ContextDeleter::operator()(redisContext* context) const noexcept {
    ::redisFree(context);
}

Client::Client(const Options& options, std::shared_ptr<Dependency> dependency)
    : address_(parse_url(options.url)),
      connect_timeout_(options.connect_timeout),
      timeout_(options.timeout),
      dependency_(dependency ? std::move(dependency) : std::make_shared<Dependency>("redis")),
      backoff_(kFirstWait, kMostWait) {}

Client::~Client() = default;

Reply Client::command(std::initializer_list<std::string_view> words, const CallOptions& call) {
    return command(std::span(words.begin(), words.size()), call);
}

Reply Client::command(std::span<const std::string_view> words, const CallOptions& call) {
    const Words copy(words.begin(), words.end());
    return std::move(run({&copy, 1}, call).front());
}

std::vector<Reply> Client::pipeline(std::span<const Command> commands, const CallOptions& call) {
    std::vector<Words> words;
    words.reserve(commands.size());
    for (const Command& command : commands) {
        words.emplace_back(command.begin(), command.end());
    }
    return run(words, call);
}

Reply Client::script(const Script& script,
                     std::initializer_list<std::string_view> keys,
                     std::initializer_list<std::string_view> arguments,
                     const CallOptions& call) {
    return this->script(
        script, std::span(keys.begin(), keys.size()), std::span(arguments.begin(), arguments.size()), call);
}

Reply Client::script(const Script& script,
                     std::span<const std::string_view> keys,
                     std::span<const std::string_view> arguments,
                     const CallOptions& call) {
    const std::string digest = digest_of(script);
    const std::string key_count = std::to_string(keys.size());
    Words words = {"EVALSHA", digest, key_count};
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), arguments.begin(), arguments.end());
    CallOptions attempt = call;
    attempt.keep_errors = true;
    Reply reply = command(words, attempt);
    if (reply.is_error("NOSCRIPT")) {
        words[0] = "EVAL";
        words[1] = script.text;
        reply = command(words, attempt);
    }
    if (const Reply* error = reply.first_error(); error != nullptr && !call.keep_errors) {
        throw_error("script", *error);
    }
    return reply;
}

std::string Client::digest_of(const Script& script) {
    {
        const std::lock_guard lock(digests_mutex_);
        if (const auto known = digests_.find(script.text); known != digests_.end()) {
            return known->second;
        }
    }
    std::string digest = command({"SCRIPT", "LOAD", script.text}, {.repeatable = true}).text();
    const std::lock_guard lock(digests_mutex_);
    return digests_.try_emplace(script.text, std::move(digest)).first->second;
}

std::vector<Reply> Client::run(Batch batch, const CallOptions& call) {
    if (batch.empty()) {
        return {};
    }
    for (const Words& words : batch) {
        if (words.empty()) {
            throw BadInput("redis: a command without words");
        }
    }
    const std::string what(batch.front().front());
    Outcome outcome;
    {
        const std::lock_guard lock(mutex_);
        drop_if_closed();
        const bool kept_alive = context_ != nullptr;
        connect(what);
        outcome = exchange(batch, timeout_ + call.extra_timeout);
        if (!outcome.failure.empty() && !outcome.timed_out && kept_alive && call.repeatable) {
            connect(what);
            outcome = exchange(batch, timeout_ + call.extra_timeout);
        }
        if (outcome.failure.empty()) {
            backoff_.reset();
        } else {
            give_up(outcome.failure, outcome.timed_out);
        }
    }
    if (!outcome.failure.empty()) {
        throw Unavailable(who(what) + outcome.failure + "; it may have been carried out");
    }
    dependency_->succeeded();
    for (std::size_t i = 0; i < batch.size() && !call.keep_errors; ++i) {
        if (const Reply* error = outcome.replies[i].first_error()) {
            throw_error(batch[i].front(), *error);
        }
    }
    return std::move(outcome.replies);
}

Client::Outcome Client::exchange(Batch batch, milliseconds timeout) {
    // Put back only when all is answered: after anything else, an exception too, the next reader would be out of step.
    auto context = std::move(context_);
    if (timeout != context_timeout_) {
        ::redisSetTimeout(context.get(), to_timeval(timeout));
        context_timeout_ = timeout;
    }
    Outcome outcome;
    outcome.replies.reserve(batch.size());
    for (std::size_t sent = 0; sent < batch.size();) {
        for (const std::size_t end = std::min(batch.size(), sent + kBatchSize); sent < end; ++sent) {
            append(context.get(), batch[sent]);
        }
        while (outcome.replies.size() < sent) {
            void* reply = nullptr;
            errno = 0;
            if (::redisGetReply(context.get(), &reply) != REDIS_OK) {
                outcome.timed_out = context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);
                outcome.failure = outcome.timed_out ? "no answer within " + std::to_string(timeout.count()) + " ms"
                                                    : std::string(context->errstr);
                return outcome;
            }
            const std::unique_ptr<void, ReplyDeleter> owned(reply);
            outcome.replies.push_back(to_reply(*static_cast<redisReply*>(reply)));
        }
    }
    if (std::none_of(outcome.replies.begin(), outcome.replies.end(), wants_another_connection)) {
        context_ = std::move(context);
    }
    return outcome;
}

void Client::connect(std::string_view what) {
    if (context_) {
        return;
    }
    if (steady_clock::now() < next_try_) {
        throw Unavailable(who(what) + "not tried again yet: " + last_failure_);
    }
    const timeval timeout = to_timeval(connect_timeout_);
    context_.reset(address_.socket_path.empty()
                       ? ::redisConnectWithTimeout(address_.host.c_str(), address_.port, timeout)
                       : ::redisConnectUnixWithTimeout(address_.socket_path.c_str(), timeout));
    context_timeout_ = milliseconds(0);
    if (!context_ || context_->err != 0) {
        const std::string why = context_ ? context_->errstr : "out of memory";
        give_up("connecting: " + why, true);
        throw Unavailable(who(what) + last_failure_);
    }
    if (address_.socket_path.empty()) {
        ::redisEnableKeepAlive(context_.get());
    }
    sign_on();
    if (!context_) {
        throw Unavailable(who(what) + last_failure_);
    }
}

void Client::sign_on() {
    std::vector<Words> batch;
    const std::string database = std::to_string(address_.database);
    if (!address_.password.empty() && address_.user.empty()) {
        batch.push_back({"AUTH", address_.password});
    } else if (!address_.password.empty()) {
        batch.push_back({"AUTH", address_.user, address_.password});
    }
    // With nothing to say, a PING: a frozen server's kernel connects, and a loading one answers with an error.
    batch.push_back(address_.database != 0 ? Words{"SELECT", database} : Words{"PING"});
    const Outcome outcome = exchange(batch, connect_timeout_);
    if (!outcome.failure.empty()) {
        give_up("signing on: " + outcome.failure, true);
        return;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (outcome.replies[i].is_error()) {
            give_up(std::string(batch[i].front()) + ": " + std::string(outcome.replies[i].error_text()), true);
            return;
        }
    }
}

void Client::drop_if_closed() {
    if (!context_) {
        return;
    }
    // Nothing is asked, so anything to read is the end of the connection, or an answer nobody asked for.
    pollfd readable{context_->fd, POLLIN, 0};
    const redisReader* reader = context_->reader;
    if (::poll(&readable, 1, 0) != 0 || reader->pos != reader->len) {
        context_.reset();
    }
}

void Client::give_up(const std::string& why, bool wait_before_next) {
    context_.reset();
    last_failure_ = why;
    if (wait_before_next) {
        next_try_ = steady_clock::now() + backoff_.next();
    }
    dependency_->failed(who("") + why);
}

std::string Client::who(std::string_view what) const {
    return "redis " + address_.to_string() + ": " + std::string(what) + (what.empty() ? "" : ": ");
}

void Client::throw_error(std::string_view what, const Reply& error) const {
    const std::string text = who(what) + std::string(error.error_text());
    if (is_temporary(error.error_text())) {
        throw Unavailable(text);
    }
    throw Error(text);
}

}  // namespace watchtower::redis
