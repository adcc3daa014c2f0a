#include "tests/soak/aftermath.hpp"

#include "tests/soak/checks.hpp"
#include "tests/support/eventually.hpp"

namespace watchtower::test {

namespace {

/// Far more than it takes: what does not come within it does not come.
constexpr std::chrono::seconds kCatchUp{60};

template <typename Look>
testing::AssertionResult becomes_empty(Look look) {
    std::string last = "never looked";
    return eventually(
        kCatchUp,
        [&] {
            last = look();
            if (!last.empty()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));  // looking costs the servers something
            }
            return last.empty();
        },
        [&] { return last; });
}

}  // namespace

testing::AssertionResult becomes_well(Stage& stage) {
    return becomes_empty([&] { return stage.ailments(); });
}

testing::AssertionResult stands_still(Stage& stage) {
    for (const char* lever : {"/admin/pause", "/admin/recall"}) {
        if (const auto answer = stage.game.post(lever); answer.status != 200) {
            return testing::AssertionFailure() << lever << ": " << answer.status << answer.reason << answer.body;
        }
    }
    return testing::AssertionSuccess();
}

testing::AssertionResult is_right(Stage& stage, const std::string& world) {
    if (auto truth = becomes_empty([&] { return truth_differences(stage, world); }); !truth) {
        return truth << world;
    }
    if (auto settled = becomes_empty([&] { return stage.unsettled(); }); !settled) {
        return settled;
    }
    if (const std::string wrong = table_differences(stage, world); !wrong.empty()) {
        return testing::AssertionFailure() << world << ": " << wrong;
    }
    return becomes_empty([&] { return reader_differences(stage, world); });
}

}  // namespace watchtower::test
