#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "common/http/answer.hpp"
#include "common/http/dispatcher.hpp"
#include "common/http/request_parser.hpp"

namespace watchtower::http {

/// One client's connection: reads requests, writes answers in order, keeps its deadlines. It never blocks on the
/// socket and reads nothing while an answer is unsent, so that a client that does not read is held back by TCP and
/// costs one answer's memory. All calls from the one worker that owns it.
class Connection {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// What to wait for before advance is called again.
    enum class Next {
        read,   ///< input
        write,  ///< room for output
        again,  ///< nothing: there is more to do, others first
        pause,  ///< time: tick is to be called soon
        wait,   ///< an answer: take_question() is to be answered elsewhere, and advance called after answer()
        leave,  ///< nothing: take_stream() goes on with the socket
        close   ///< the connection is over
    };

    /// `fd` is a non-blocking socket that the caller owns and closes. `dispatcher` outlives the connection.
    Connection(int fd, std::string peer, const Dispatcher& dispatcher, TimePoint now);

    /// Does what can be done without waiting.
    [[nodiscard]] Next advance(TimePoint now);

    /// To be called every now and then: ends what has taken too long, and when the server stops what is idle.
    [[nodiscard]] Next tick(TimePoint now);

    /// How long the client has let the server wait for a request: since the last answer, or since its request began if
    /// that is longer than requests take. Nothing while the server has something to do for it.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> idle_for(TimePoint now) const;

    /// After Next::leave, which is the last that was asked of this connection.
    [[nodiscard]] std::shared_ptr<Stream> take_stream() { return std::move(unsent_.stream); }

    /// After Next::wait.
    [[nodiscard]] std::unique_ptr<Question> take_question() { return std::move(question_); }

    /// What advance goes on with after Next::wait.
    void answer(Answer answer);

    /// The first thing advance does is to answer this and to end the connection.
    void refuse(int status, const std::string& detail);

private:
    enum class Phase { idle, receiving, waiting, writing, lingering };
    enum class Sent { all, blocked, paused, broken, stream_begins };
    enum class Received { bytes, nothing, end };

    [[nodiscard]] Next work();
    [[nodiscard]] bool answer_next();
    [[nodiscard]] Sent send_unsent();
    [[nodiscard]] std::chrono::nanoseconds unsent_for() const;
    [[nodiscard]] Received receive();
    [[nodiscard]] Next discard_input();
    [[nodiscard]] Phase phase() const;
    [[nodiscard]] std::chrono::milliseconds limit(Phase phase) const;
    [[nodiscard]] bool is_read_by_client();
    void set_unsent(Answer answer);

    const int fd_;
    const std::string peer_;
    const Dispatcher& dispatcher_;
    RequestParser parser_;
    std::unique_ptr<Question> question_;
    bool waiting_ = false;  // for its answer
    Answer unsent_;
    std::size_t sent_bytes_ = 0;
    TimePoint unsent_since_;
    bool has_unsent_ = false;
    bool lingering_ = false;
    bool progress_ = false;  // in this call: an answer was made or bytes were sent
    int queued_bytes_ = 0;   // in the kernel, when last looked at
    Phase phase_ = Phase::idle;
    TimePoint phase_since_;
    TimePoint deadline_;
};

}  // namespace watchtower::http
