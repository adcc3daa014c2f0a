#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace watchtower::test {

/// Tries `condition` until it returns true or `deadline` has passed; an exception counts as not yet. `last_seen` tells
/// what there was instead, and goes into the failure's text. Use as
/// EXPECT_TRUE(eventually(5s, [&] { return x.load() == 3; }, [&] { return std::to_string(x); })).
template <typename Condition>
testing::AssertionResult eventually(std::chrono::milliseconds deadline,
                                    Condition condition,
                                    const std::function<std::string()>& last_seen = {}) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    std::string error;
    for (;;) {
        try {
            if (condition()) {
                return testing::AssertionSuccess();
            }
            error.clear();
        } catch (const std::exception& e) {
            error = e.what();
        }
        if (std::chrono::steady_clock::now() >= end) {
            auto failure = testing::AssertionFailure() << "not within " << deadline.count() << " ms";
            if (!error.empty()) {
                failure << "; last error: " << error;
            }
            if (last_seen) {
                failure << "; last seen: " << last_seen();
            }
            return failure;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace watchtower::test
