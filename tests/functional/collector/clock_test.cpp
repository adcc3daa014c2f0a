#include <cstdint>
#include <fstream>

#include "tests/functional/collector/watched_game.hpp"

namespace watchtower::test {
namespace {

/// A collector whose clock of the day can be moved while it runs.
class JumpingClock : public WatchedGame {
protected:
    JumpingClock() : shift_file_(folder_.write("shift", std::string(sizeof(std::int64_t), '\0'))) {}

    Service::Options with_clock() const {
        auto options = collector_options();
        options.environment["LD_PRELOAD"] = WATCHTOWER_CLOCK_SHIFT_LIBRARY;
        options.environment["WATCHTOWER_CLOCK_SHIFT"] = shift_file_.string();
        return options;
    }

    /// The clock differs from the real one by this from now on.
    void set_clock(std::chrono::nanoseconds shift) const {
        const std::int64_t count = shift.count();
        std::fstream file(shift_file_, std::ios::in | std::ios::out | std::ios::binary);
        file.write(reinterpret_cast<const char*>(&count), sizeof count);
    }

    [[nodiscard]] std::string ticks_after(const std::string& offset) const {
        return postgres_.ask("select count(*) from snapshots where tick > now() + interval '" + offset + "'");
    }

    TemporaryFolder folder_;
    std::filesystem::path shift_file_;
};

TEST_F(JumpingClock, AheadSkipsTheTicksInBetween) {
    Service collector("collector", with_clock());
    ASSERT_TRUE(truth_is_stored());
    set_clock(std::chrono::hours(1));
    simulator_.step(300);
    EXPECT_TRUE(eventually(seconds(15), [&] { return ticks_after("50 minutes") != "0"; }));
    EXPECT_TRUE(truth_is_stored());
    EXPECT_GT(collector.metric(R"(watchtower_ticks_total{result="skipped",world="default"})"), 5'000);
}

TEST_F(JumpingClock, BackStoresNothingUnderAnOldTickAndGoesOnOnceTheClockIsThereAgain) {
    set_clock(seconds(3));
    Service collector("collector", with_clock());
    ASSERT_TRUE(truth_is_stored());
    set_clock(seconds(0));
    simulator_.step(300);
    EXPECT_TRUE(truth_is_stored());
    EXPECT_EQ(
        postgres_.ask("select count(*) from (select \"timestamp\" < lag(\"timestamp\") over (order by tick) as back"
                      " from snapshots) t where back"),
        "0");
    EXPECT_EQ(collector.get("/health").status, 200);
}

}  // namespace
}  // namespace watchtower::test
