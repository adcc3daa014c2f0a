#include "common/base/stop_signal.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <future>

#include <unistd.h>

#include <gtest/gtest.h>

namespace watchtower {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;
using testing::ExitedWithCode;

// A StopSignal changes what signals do to the whole process, so each has a process of its own (EXPECT_EXIT). What ends
// it by itself exits 0, what the process says is this:
constexpr int kAsItShould = 3;
constexpr int kNotAsItShould = 4;
// What hangs against its will is killed by SIGALRM.
constexpr unsigned kMostSeconds = 30;

[[noreturn]] void say(bool as_it_should) {
    std::_Exit(as_it_should ? kAsItShould : kNotAsItShould);
}

[[noreturn]] void wait_after(int signal) {
    StopSignal stop;
    ::kill(::getpid(), signal);
    stop.wait();
    say(stop.token().stop_requested());
}

// When one was taken, the one before it has been dealt with.
[[noreturn]] void take_all(std::initializer_list<int> signals) {
    ::alarm(kMostSeconds);
    const StopSignal stop;
    for (const int signal : signals) {
        ::kill(::getpid(), signal);
        sigset_t pending;
        do {
            std::this_thread::yield();
            ::sigpending(&pending);
        } while (sigismember(&pending, signal) == 1);
    }
    say(stop.token().stop_requested());
}

// What deals with signals must not be kept from its end by further ones.
[[noreturn]] void hang_after_many(int signal) {
    ::alarm(kMostSeconds);
    const StopSignal stop(milliseconds(10));
    for (;;) {
        ::kill(::getpid(), signal);
        std::this_thread::sleep_for(milliseconds(1));
    }
}

[[noreturn]] void hang_after(int signal) {
    ::alarm(kMostSeconds);
    const StopSignal stop(milliseconds(10));
    ::kill(::getpid(), signal);
    for (;;) {
        ::pause();
    }
}

[[noreturn]] void write_to_nobody() {
    const StopSignal stop;
    int ends[2];
    say(::pipe(ends) == 0 && ::close(ends[0]) == 0 && ::write(ends[1], "x", 1) == -1 && errno == EPIPE);
}

[[noreturn]] void stop_itself() {
    ::alarm(kMostSeconds);
    StopSignal stop;
    const bool before = stop.token().stop_requested();
    stop.request_stop();
    stop.wait();
    say(!before && stop.token().stop_requested());
}

TEST(StopSignalDeathTest, StopsItsTokenOnSigtermAndSigint) {
    EXPECT_EXIT(wait_after(SIGTERM), ExitedWithCode(kAsItShould), "");
    EXPECT_EXIT(wait_after(SIGINT), ExitedWithCode(kAsItShould), "");
}

TEST(StopSignalDeathTest, IsNotEndedByFurtherSignals) {
    EXPECT_EXIT(take_all({SIGINT, SIGTERM, SIGINT}), ExitedWithCode(kAsItShould), "");
}

TEST(StopSignalDeathTest, StopsWithoutASignalWhenAsked) {
    EXPECT_EXIT(stop_itself(), ExitedWithCode(kAsItShould), "");
}

TEST(StopSignalDeathTest, EndsAProcessThatHangsAfterASignalAndSaysSo) {
    EXPECT_EXIT(hang_after(SIGTERM), ExitedWithCode(0), "stopped_without_waiting after_ms=10");
    EXPECT_EXIT(hang_after(SIGINT), ExitedWithCode(0), "stopped_without_waiting after_ms=10");
    EXPECT_EXIT(hang_after_many(SIGINT), ExitedWithCode(0), "stopped_without_waiting after_ms=10");
}

TEST(StopSignalDeathTest, LetsAWriteToNobodyFail) {
    EXPECT_EXIT(write_to_nobody(), ExitedWithCode(kAsItShould), "");
}

class Wait : public testing::Test {
protected:
    std::stop_source source_;
};

TEST_F(Wait, IsTrueAtItsEnd) {
    const auto deadline = system_clock::now() + milliseconds(20);
    EXPECT_TRUE(wait_until(source_.get_token(), deadline));
    EXPECT_GE(system_clock::now(), deadline);
    EXPECT_TRUE(wait_until(source_.get_token(), deadline - hours(1)));

    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(wait_for(source_.get_token(), milliseconds(20)));
    EXPECT_GE(std::chrono::steady_clock::now(), start + milliseconds(20));
}

TEST_F(Wait, IsFalseWhenAStopWasRequestedBefore) {
    source_.request_stop();
    EXPECT_FALSE(wait_until(source_.get_token(), system_clock::now() + hours(1)));
    EXPECT_FALSE(wait_until(source_.get_token(), system_clock::now() - hours(1)));
    EXPECT_FALSE(wait_for(source_.get_token(), hours(1)));
}

TEST_F(Wait, IsBrokenOffByAStop) {
    auto until = std::async(std::launch::async, [stop = source_.get_token()] {
        return wait_until(stop, system_clock::now() + seconds(40));
    });
    auto for_some_time =
        std::async(std::launch::async, [stop = source_.get_token()] { return wait_for(stop, seconds(40)); });
    EXPECT_EQ(until.wait_for(milliseconds(10)), std::future_status::timeout);
    EXPECT_EQ(for_some_time.wait_for(milliseconds(10)), std::future_status::timeout);
    source_.request_stop();
    ASSERT_EQ(until.wait_for(seconds(10)), std::future_status::ready);
    ASSERT_EQ(for_some_time.wait_for(seconds(10)), std::future_status::ready);
    EXPECT_FALSE(until.get());
    EXPECT_FALSE(for_some_time.get());
}

}  // namespace
}  // namespace watchtower
