#include "common/http/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <variant>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "common/base/log.hpp"
#include "common/http/delivery.hpp"

namespace watchtower::http {

namespace {

/// After these steps other connections of the worker have their turn.
constexpr int kStepsAtOnce = 64;
constexpr std::size_t kReadBytes = 16UL * 1024;

/// How long the rest of the input is read and dropped after the last answer: closing at once would reset the
/// connection, and the client might lose the answer.
constexpr std::chrono::milliseconds kLinger(2000);
constexpr std::chrono::milliseconds kLingerWhenStopping(200);

/// A request that takes longer to arrive has no right to its place where places are short.
constexpr std::chrono::milliseconds kLongRequest(1000);

ParserLimits limits_of(const ServerOptions& options) {
    ParserLimits limits;
    limits.head_bytes = options.max_header_bytes;
    limits.body_bytes = options.max_body_bytes;
    return limits;
}

}  // namespace

Connection::Connection(int fd, std::string peer, const Dispatcher& dispatcher, TimePoint now)
    : fd_(fd),
      peer_(std::move(peer)),
      dispatcher_(dispatcher),
      parser_(limits_of(dispatcher.options())),
      phase_since_(now),
      deadline_(now + dispatcher.options().keepalive_timeout) {}

Connection::Next Connection::advance(TimePoint now) {
    progress_ = false;
    const auto next = work();
    const auto reached = phase();
    if (reached != phase_ || progress_) {
        phase_ = reached;
        phase_since_ = now;
        if (reached == Phase::writing) {
            (void)is_read_by_client();  // from now on
        }
        deadline_ = now + limit(reached);
    }
    return next;
}

Connection::Next Connection::tick(TimePoint now) {
    if (waiting_) {
        return Next::read;
    }
    if (dispatcher_.stopping() && phase_ == Phase::idle) {
        return Next::close;
    }
    if (has_unsent_ && phase_ != Phase::writing) {
        return advance(now);  // refuse() was called and nothing has come since
    }
    if (has_unsent_ && !unsent_.delivery.usual()) {
        const auto next = dispatcher_.stopping() ? Next::close : advance(now);
        return next == Next::write && now >= deadline_ ? Next::close : next;
    }
    if (now < deadline_) {
        return has_unsent_ ? Next::write : Next::read;
    }
    if (phase_ == Phase::writing) {
        if (is_read_by_client()) {
            deadline_ = now + limit(phase_);
            return Next::write;
        }
        log::debug("slow_reader_cut_off", {{"peer", peer_}});
    }
    if (phase_ != Phase::receiving) {
        return Next::close;
    }
    refuse(408, "the request took too long to arrive");
    return advance(now);
}

std::optional<std::chrono::nanoseconds> Connection::idle_for(TimePoint now) const {
    const auto time = now - phase_since_;
    const bool waits = phase_ == Phase::idle || (phase_ == Phase::receiving && time >= kLongRequest);
    return waits && !has_unsent_ ? std::optional(time) : std::nullopt;
}

void Connection::refuse(int status, const std::string& detail) {
    set_unsent(dispatcher_.refuse(status, detail));
}

void Connection::answer(Answer answer) {
    waiting_ = false;
    set_unsent(std::move(answer));
}

Connection::Next Connection::work() {
    if (waiting_) {
        return Next::read;  // nothing is read before the answer is sent; a client that has gone is noticed then
    }
    for (int step = 0; step < kStepsAtOnce; ++step) {
        switch (send_unsent()) {
            case Sent::blocked:
                return Next::write;
            case Sent::paused:
                progress_ = true;  // it is not the client who is slow
                return Next::pause;
            case Sent::broken:
                return Next::close;
            case Sent::stream_begins:
                return Next::leave;
            case Sent::all:
                break;
        }
        if (lingering_) {
            return discard_input();
        }
        if (answer_next()) {
            continue;
        }
        if (waiting_) {
            return Next::wait;
        }
        switch (receive()) {
            case Received::nothing:
                return Next::read;
            case Received::end:
                return Next::close;
            case Received::bytes:
                break;
        }
    }
    return Next::again;
}

/// Makes the next answer if there is something to answer, and it is to be made here.
bool Connection::answer_next() {
    try {
        auto parsed = parser_.next();
        if (parsed) {
            auto outcome = dispatcher_.answer(std::move(*parsed), peer_);
            if (auto* const question = std::get_if<std::unique_ptr<Question>>(&outcome)) {
                question_ = std::move(*question);
                waiting_ = true;
                return false;
            }
            set_unsent(std::get<Answer>(std::move(outcome)));
            return true;
        }
    } catch (const HttpError& e) {
        refuse(e.status(), e.what());
        return true;
    }
    if (parser_.take_expectation()) {
        set_unsent({"HTTP/1.1 100 Continue\r\n\r\n", nullptr, false});
        return true;
    }
    return false;
}

void Connection::set_unsent(Answer answer) {
    unsent_ = std::move(answer);
    sent_bytes_ = 0;
    if (!unsent_.delivery.usual()) {
        unsent_since_ = std::chrono::steady_clock::now();
    }
    has_unsent_ = true;
}

std::chrono::nanoseconds Connection::unsent_for() const {
    return unsent_.delivery.usual() ? std::chrono::nanoseconds(0) : std::chrono::steady_clock::now() - unsent_since_;
}

Connection::Sent Connection::send_unsent() {
    while (has_unsent_) {
        const auto elapsed = unsent_for();
        if (ends_early(unsent_, sent_bytes_, elapsed)) {
            return Sent::broken;
        }
        const std::size_t sendable = sendable_bytes(unsent_, elapsed);
        const std::size_t whole = unsent_.head.size() + (unsent_.body ? unsent_.body->size() : 0);
        if (sendable <= sent_bytes_ && sent_bytes_ < whole) {
            return Sent::paused;
        }
        const std::size_t head = std::min(unsent_.head.size(), sendable);
        const std::size_t body = sendable - head;
        const std::size_t head_sent = std::min(sent_bytes_, head);
        const std::size_t body_sent = sent_bytes_ - head_sent;
        // sendmsg takes what it does not change through a pointer to what it could
        std::array<iovec, 2> parts = {
            iovec{const_cast<char*>(unsent_.head.data()) + head_sent, head - head_sent},
            iovec{body > 0 ? const_cast<char*>(unsent_.body->data()) + body_sent : nullptr, body - body_sent}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const auto sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::blocked : Sent::broken;
        }
        progress_ = true;
        sent_bytes_ += static_cast<std::size_t>(sent);
        if (sent_bytes_ < whole) {
            continue;
        }
        if (unsent_.stream) {
            return Sent::stream_begins;
        }
        has_unsent_ = false;
        lingering_ = unsent_.close;
        unsent_ = {};
        if (lingering_) {
            ::shutdown(fd_, SHUT_WR);
        }
    }
    return Sent::all;
}

Connection::Received Connection::receive() {
    std::array<char, kReadBytes> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills what is read
    for (;;) {
        const auto got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got > 0) {
            if (!lingering_) {
                parser_.feed({buffer.data(), static_cast<std::size_t>(got)});
            }
            return Received::bytes;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Received::nothing : Received::end;
    }
}

Connection::Next Connection::discard_input() {
    for (int step = 0; step < kStepsAtOnce; ++step) {
        switch (receive()) {
            case Received::nothing:
                return Next::read;
            case Received::end:
                return Next::close;
            case Received::bytes:
                break;
        }
    }
    return Next::again;
}

/// Whether the kernel got rid of bytes since the last time: it takes new ones only when a third of its buffer is free,
/// which may be megabytes.
bool Connection::is_read_by_client() {
    int queued = 0;
    if (::ioctl(fd_, SIOCOUTQ, &queued) != 0) {
        return false;
    }
    return queued < std::exchange(queued_bytes_, queued);
}

Connection::Phase Connection::phase() const {
    if (has_unsent_) {
        return Phase::writing;
    }
    if (waiting_) {
        return Phase::waiting;
    }
    if (lingering_) {
        return Phase::lingering;
    }
    return parser_.empty() ? Phase::idle : Phase::receiving;
}

std::chrono::milliseconds Connection::limit(Phase phase) const {
    const auto& options = dispatcher_.options();
    switch (phase) {
        case Phase::idle:
            return options.keepalive_timeout;
        case Phase::receiving:
            return options.request_timeout;
        case Phase::waiting:  // has none: the answer comes
        case Phase::writing:
            return options.write_timeout;
        case Phase::lingering:
            break;
    }
    return dispatcher_.stopping() ? kLingerWhenStopping : kLinger;
}

}  // namespace watchtower::http
