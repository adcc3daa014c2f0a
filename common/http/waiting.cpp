#include "common/http/waiting.hpp"

namespace watchtower::http {

namespace {

thread_local bool waits_elsewhere = false;

}  // namespace

void about_to_wait() {
    if (waits_elsewhere) {
        throw WaitElsewhere();
    }
}

NoWaiting::NoWaiting(bool holds) {
    waits_elsewhere = holds;
}

NoWaiting::~NoWaiting() {
    waits_elsewhere = false;
}

}  // namespace watchtower::http
