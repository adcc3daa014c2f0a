#include "common/http/event_listener.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace watchtower::http {

namespace {

constexpr std::size_t kEventsAtOnce = 16;

const SharedEvent& heartbeat() {
    static const auto kBeat = std::make_shared<const Event>(
        Event{{}, 0, std::make_shared<const std::string>(":\n\n"), WhenFull::drop_listener});
    return kBeat;
}

}  // namespace

Interest* EventListener::interest_in(const std::string& topic) {
    const auto found =
        std::find_if(interests_.begin(), interests_.end(), [&](const Interest& one) { return one.topic == topic; });
    return found == interests_.end() ? nullptr : &*found;
}

bool EventListener::has_room(std::size_t bytes) const {
    return queue_.empty() || (queue_.size() < options_.queue_events && queued_bytes_ + bytes <= options_.queue_bytes);
}

void EventListener::push(const SharedEvent& event) {
    queued_bytes_ += event->text->size();
    queue_.push_back(event);
}

/// Forgets the topic's events of which no byte was sent.
bool EventListener::skip(const std::string& topic) {
    const auto begun = queue_.begin() + (begun_bytes_ > 0 ? 1 : 0);
    const auto kept =
        std::stable_partition(begun, queue_.end(), [&](const SharedEvent& event) { return event->topic != topic; });
    const bool any = kept != queue_.end();
    std::for_each(kept, queue_.end(), [&](const SharedEvent& event) { queued_bytes_ -= event->text->size(); });
    queue_.erase(kept, queue_.end());
    return any;
}

EventListener::Offered EventListener::offer(const SharedEvent& event) {
    auto* const interest = interest_in(event->topic);
    if (finishing_ || interest == nullptr || (event->number != 0 && event->number <= interest->after)) {
        return Offered::not_wanted;
    }
    auto offered = Offered::taken;
    if (!has_room(event->text->size())) {
        if (event->when_full == WhenFull::drop_listener) {
            return Offered::full;
        }
        // The newest has its place even where nothing could be skipped: it is the only one of its topic.
        offered = skip(event->topic) ? Offered::skipped : Offered::taken;
    }
    interest->after = std::max(interest->after, event->number);
    push(event);
    return offered;
}

void EventListener::attach(Socket socket, Place place, const std::vector<SharedEvent>& first, TimePoint now) {
    socket_ = std::move(socket);
    place_ = std::move(place);
    last_sent_ = now;
    last_acknowledged_ = now;
    const int bytes = static_cast<int>(options_.socket_bytes);
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    int unsent = 0;
    if (::ioctl(socket_.fd(), SIOCOUTQ, &unsent) == 0) {
        sent_bytes_ = static_cast<std::uint64_t>(unsent);  // the head is not acknowledged yet
    }
    std::deque<SharedEvent> later;
    later.swap(queue_);
    queued_bytes_ = 0;
    for (const auto& event : first) {
        push(event);
    }
    for (const auto& event : later) {
        const auto same = [&](const SharedEvent& earlier) {
            return earlier->topic == event->topic && event->number <= earlier->number;
        };
        if (event->number == 0 || std::none_of(first.begin(), first.end(), same)) {
            push(event);
        }
    }
    for (const auto& event : first) {
        if (auto* const interest = interest_in(event->topic)) {
            interest->after = std::max(interest->after, event->number);
        }
    }
}

EventListener::Sent EventListener::send(TimePoint now) {
    while (fd() >= 0 && !queue_.empty()) {
        std::array<iovec, kEventsAtOnce> parts{};
        std::size_t count = 0;
        for (; count < std::min(queue_.size(), parts.size()); ++count) {
            const auto& text = *queue_[count]->text;
            const std::size_t begun = count == 0 ? begun_bytes_ : 0;
            // sendmsg takes what it does not change through a pointer to what it could
            parts.at(count) = {const_cast<char*>(text.data()) + begun, text.size() - begun};
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const auto sent = ::sendmsg(fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::blocked : Sent::broken;
        }
        last_sent_ = now;
        sent_bytes_ += static_cast<std::uint64_t>(sent);
        begun_bytes_ += static_cast<std::size_t>(sent);
        while (!queue_.empty() && begun_bytes_ >= queue_.front()->text->size()) {
            begun_bytes_ -= queue_.front()->text->size();
            queued_bytes_ -= queue_.front()->text->size();
            queue_.pop_front();
        }
    }
    return Sent::all;
}

bool EventListener::keep_alive(TimePoint now) {
    if (fd() < 0 || !queue_.empty() || finishing_ || now - last_sent_ < options_.heartbeat) {
        return false;
    }
    push(heartbeat());
    return true;
}

bool EventListener::is_unresponsive(TimePoint now) {
    int unsent = 0;
    if (fd() < 0 || ::ioctl(fd(), SIOCOUTQ, &unsent) != 0) {
        return false;
    }
    const auto acknowledged = sent_bytes_ - std::min(sent_bytes_, static_cast<std::uint64_t>(unsent));
    if (acknowledged > acknowledged_bytes_ || (unsent == 0 && queue_.empty())) {
        last_acknowledged_ = now;
    }
    acknowledged_bytes_ = acknowledged;
    return now - last_acknowledged_ >= options_.write_timeout;
}

void EventListener::close() {
    if (fd() < 0) {
        return;
    }
    constexpr int kReads = 16;
    std::array<char, 4096> dropped{};
    for (int i = 0; i<kReads&& ::recv(fd(), dropped.data(), dropped.size(), MSG_DONTWAIT)> 0; ++i) {
    }
    ::shutdown(fd(), SHUT_WR);
    socket_ = Socket();
}

}  // namespace watchtower::http
