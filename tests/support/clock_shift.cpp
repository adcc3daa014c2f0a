/// Preloaded into a program, shifts its clock of the day: WATCHTOWER_CLOCK_SHIFT names a file whose eight bytes are the
/// shift in nanoseconds, which may change at any time. What measures time spans (CLOCK_MONOTONIC) goes on as it was.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

const std::atomic<std::int64_t>* map_shift() {
    static const std::atomic<std::int64_t> kNone = 0;
    const char* path = std::getenv("WATCHTOWER_CLOCK_SHIFT");  // NOLINT(concurrency-mt-unsafe): read once, at the start
    const int fd = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return &kNone;
    }
    void* page = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    return page == MAP_FAILED ? &kNone : static_cast<const std::atomic<std::int64_t>*>(page);
}

std::int64_t shifted_nanoseconds() {
    static const std::atomic<std::int64_t>* const kShift = map_shift();
    timespec now{};
    (void)::syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    return now.tv_sec * kNanoseconds + now.tv_nsec + kShift->load();
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* result) noexcept {
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
        return static_cast<int>(::syscall(SYS_clock_gettime, clock, result));
    }
    const std::int64_t now = shifted_nanoseconds();
    *result = {now / kNanoseconds, now % kNanoseconds};
    return 0;
}

int gettimeofday(timeval* result, void* /*zone*/) noexcept {
    const std::int64_t now = shifted_nanoseconds();
    *result = {now / kNanoseconds, now % kNanoseconds / 1'000};
    return 0;
}

time_t time(time_t* result) noexcept {
    const time_t now = shifted_nanoseconds() / kNanoseconds;
    if (result != nullptr) {
        *result = now;
    }
    return now;
}
}
