#include "common/http/answer_box.hpp"

#include <utility>

#include <sys/eventfd.h>

#include "common/base/error.hpp"

namespace watchtower::http {

AnswerBox::AnswerBox() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (event_.fd() < 0) {
        throw Error("http server: cannot create an event");
    }
}

void AnswerBox::put(Entry entry) {
    {
        const std::lock_guard lock(mutex_);
        entries_.push_back(std::move(entry));
    }
    ::eventfd_write(event_.fd(), 1);
}

std::vector<AnswerBox::Entry> AnswerBox::take() {
    eventfd_t count = 0;
    (void)::eventfd_read(event_.fd(), &count);
    const std::lock_guard lock(mutex_);
    return std::exchange(entries_, {});
}

}  // namespace watchtower::http
