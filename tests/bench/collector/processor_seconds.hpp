#pragma once

#include <ctime>

namespace watchtower::bench {

/// The processor time of this thread so far.
inline double processor_seconds() {
    timespec time{};
    (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    constexpr double kNanosecond = 1e-9;
    return static_cast<double>(time.tv_sec) + kNanosecond * static_cast<double>(time.tv_nsec);
}

}  // namespace watchtower::bench
