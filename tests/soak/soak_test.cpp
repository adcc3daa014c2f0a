#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "common/base/clock.hpp"
#include "tests/soak/aftermath.hpp"
#include "tests/soak/checks.hpp"
#include "tests/soak/coverage.hpp"
#include "tests/soak/fault_plan.hpp"
#include "tests/soak/stage.hpp"
#include "tests/soak/watch.hpp"

namespace watchtower::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// SOAK_SEED, SOAK_SECONDS (of faults), SOAK_LOGS (where everything is kept when the test fails).
std::string setting(const char* name, const std::string& otherwise) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    return value == nullptr || *value == '\0' ? otherwise : value;
}

class Soak : public testing::Test {
protected:
    Soak()
        : seed_(std::stoull(setting("SOAK_SEED", "1"))),
          duration_(std::stoll(setting("SOAK_SECONDS", "45")) * 1'000),
          logs_(setting(
              "SOAK_LOGS",
              (std::filesystem::temp_directory_path() / ("watchtower-soak-" + std::to_string(seed_))).string())) {
        say("seed " + std::to_string(seed_) + ", " + std::to_string(duration_.count() / 1'000) +
            " s of faults; again with SOAK_SEED=" + std::to_string(seed_) +
            " SOAK_SECONDS=" + std::to_string(duration_.count() / 1'000));
        stage_.emplace();
        watch_.emplace(
            std::map<std::string, int>{{"exporter", stage_->exporter().port()}, {"gateway", stage_->gateway().port()}});
    }

    void TearDown() override {
        if (HasFailure() && stage_) {
            keep_logs();
        }
    }

    void say(const std::string& what) {
        const auto passed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin_).count();
        char head[32];
        (void)std::snprintf(head, sizeof head, "%8.1f s  ", static_cast<double>(passed) / 1'000);
        diary_ += to_rfc3339(SystemClock().now()) + "  " + what + "\n";
        (void)std::printf("%s%s\n", head, what.c_str());
        (void)std::fflush(stdout);
    }

    /// One thing after the other, each at its time.
    void strike(const Blow& blow) {
        struct Deed {
            milliseconds at;
            bool mends;
            const Fault* fault;
        };
        std::vector<Deed> deeds;
        for (const Fault& fault : blow.faults) {
            deeds.push_back({fault.after, false, &fault});
            deeds.push_back({fault.after + fault.lasts, true, &fault});
        }
        std::stable_sort(deeds.begin(), deeds.end(), [](const Deed& a, const Deed& b) { return a.at < b.at; });
        const auto begin = steady_clock::now();
        for (const Deed& deed : deeds) {
            std::this_thread::sleep_until(begin + deed.at);
            if (deed.mends) {
                stage_->mend(*deed.fault);
                say("  over: " + deed.fault->victim);
            } else {
                say(describe(*deed.fault) + (blow.faults.size() > 1 ? " (one of two)" : ""));
                stage_->strike(*deed.fault);
            }
        }
    }

    void go_through(const std::vector<Blow>& plan) {
        const auto end = steady_clock::now() + duration_;
        for (const Blow& blow : plan) {
            if (steady_clock::now() + blow.calm + blow.lasts() > end) {
                return;
            }
            std::this_thread::sleep_for(blow.calm);
            Struck struck{blow, SystemClock().now(), {}, {}};
            strike(blow);
            struck.mended = SystemClock().now();
            ASSERT_TRUE(becomes_well(*stage_));
            struck.well = SystemClock().now();
            say("  well after " + std::to_string((struck.well - struck.mended).count()) + " ms");
            struck_.push_back(struck);
        }
    }

    void keep_logs() {
        std::filesystem::create_directories(logs_);
        std::ofstream(logs_ / "diary") << diary_;
        for (const auto& [name, output] : stage_->outputs()) {
            std::ofstream(logs_ / name, std::ios::binary) << output;
        }
        try {
            Process dump({.command = {"pg_dump",
                                      "--dbname=" + stage_->postgres.socket_url("watchtower", "postgres"),
                                      "--file=" + (logs_ / "database.sql").string()},
                          .environment = {},
                          .output = logs_ / "pg_dump",
                          .user = {},
                          .folder = {}});
            (void)dump.wait(seconds(60));
        } catch (const std::exception& error) {
            say(std::string("no dump of the database: ") + error.what());
        }
        say("what everybody wrote is in " + logs_.string());
    }

    /// What was done when a tick was due, for people.
    std::string around(TimePoint tick) const {
        std::string text;
        for (const Struck& struck : struck_) {
            if (tick > struck.from - seconds(3) && tick < struck.well + seconds(3)) {
                for (const Fault& fault : struck.blow.faults) {
                    text += (text.empty() ? "" : ", ") + describe(fault) + " at " +
                            to_rfc3339(struck.from + fault.after).substr(11) + ", well " +
                            to_rfc3339(struck.well).substr(11);
                }
            }
        }
        return text.empty() ? "nothing was wrong" : text;
    }

    void expect_every_tick(const std::string& world) {
        const auto standstills = watch_->standstills();
        std::map<std::string, std::vector<TimePoint>> missing;  // by what was going on
        std::size_t unexcused = 0;
        for (const TimePoint tick : missing_ticks(*stage_, world)) {
            missing[around(tick)].push_back(tick);
            unexcused += could_be_collected(tick, kStageInterval, struck_, standstills) ? 1 : 0;
        }
        for (const auto& [reason, ticks] : missing) {
            std::string line = world;
            line.append(": ").append(std::to_string(ticks.size())).append(" ticks missing from ");
            line.append(to_rfc3339(ticks.front())).append(" to ").append(to_rfc3339(ticks.back()));
            say(line.append(": ").append(reason));
        }
        EXPECT_EQ(unexcused, 0U) << "ticks of " << world << " that could be collected are missing";
    }

    const std::uint64_t seed_;
    const milliseconds duration_;
    const std::filesystem::path logs_;
    const steady_clock::time_point begin_ = steady_clock::now();
    std::string diary_;
    std::optional<Stage> stage_;
    std::optional<Watch> watch_;
    std::vector<Struck> struck_;
};

TEST_F(Soak, EveryNumberIsTheTruthInTheEnd) {
    ASSERT_TRUE(becomes_well(*stage_));
    go_through(fault_plan(seed_, duration_));
    if (HasFatalFailure()) {
        return;
    }
    ASSERT_TRUE(stands_still(*stage_));
    say("the game stands still, everybody is back");
    for (const std::string& world : stage_->worlds()) {
        EXPECT_TRUE(is_right(*stage_, world));
        expect_every_tick(world);
    }
    for (const auto& fall : watch_->falls()) {
        ADD_FAILURE() << to_rfc3339(fall.at) << " " << fall.what << ": " << around(fall.at);
    }
    EXPECT_GT(watch_->looks(), 0U);
    EXPECT_EQ(stage_->close(), "");
    EXPECT_EQ(stage_->deaths(), "");
    say(stage_->postgres.ask("select count(*) from snapshots") + " ticks stored, " + std::to_string(struck_.size()) +
        " blows, " + std::to_string(watch_->looks()) + " looks at readers, " +
        std::to_string(watch_->standstills().size()) + " standstills of the machine");
}

}  // namespace
}  // namespace watchtower::test
