#include "tests/support/truth.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_state.hpp"

namespace watchtower {
namespace {

/// What the simulator would tell of the sample state, with this text for its stock of spice.
std::string truth_with(const std::string& spice) {
    return R"({"players": 3, "nomads": {"total_nomads": 42, "by_action": {"move": 120, "attack": 15}},
               "gold": {"stock": 5000.25}, "spice": {"stock": )" +
           spice + R"(},
               "dwellings": {"total": 18, "by_level": {"1": 10, "2": 5, "3": 2, "4": 1}},
               "observed": {"actions": {"move": 140, "attack": 19},
                 "gold": {"collected": 900, "spent": 12.5, "joined": 0, "left": 300},
                 "spice": {"collected": 90, "spent": 1, "joined": 10, "left": 0},
                 "pvp": {"total_attacks": 20, "successful_attacks": 15, "destroyed_dwellings": 3},
                 "events": {"by_type": {"tempete": {"count": 2, "affected_players": 5},
                                        "raid": {"count": 1, "affected_players": 2}}}}})";
}

class TruthTest : public testing::Test {
protected:
    TruthTest() { state_.document.resources->total_spice = {1'007'036'766}; }

    proto::State state_ = test::sample_state("default", TimePoint{});
};

TEST_F(TruthTest, AmountsAreEqualHoweverTheirDoubleIsWritten) {
    EXPECT_EQ(test::differences(truth_with("1007.036766"), state_), "");
    EXPECT_EQ(test::differences(truth_with("1007.0367659999999"), state_), "");
}

TEST_F(TruthTest, AMillionthTooMuchIsTold) {
    EXPECT_EQ(test::differences(truth_with("1007.036767"), state_), "spice: \"1007.036766\", truth: \"1007.036767\"\n");
}

}  // namespace
}  // namespace watchtower
