#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "tests/bench/moderation/day.hpp"

/// watchtower-bench-moderation SEEDS [PLAYERS [CHEATERS [HOURS]]]: what moderation finds in worlds of these seeds
/// (such as 2,3,4) and whom it accuses where nobody cheats. Exits with 1 when a goal is missed.
namespace watchtower::bench {
namespace {

constexpr double kLeastPrecision = 0.95;
constexpr double kLeastRecall = 0.9;

struct Score {
    std::size_t cheaters = 0;
    std::size_t found = 0;
    std::size_t subtle = 0;  ///< cheaters of the weakest quarter
    std::size_t subtle_found = 0;
    std::size_t accused = 0;
    std::vector<int> minutes;  ///< until each was accused

    void add(const Score& other) {
        cheaters += other.cheaters;
        found += other.found;
        subtle += other.subtle;
        subtle_found += other.subtle_found;
        accused += other.accused;
        minutes.insert(minutes.end(), other.minutes.begin(), other.minutes.end());
    }
    [[nodiscard]] double precision() const {
        return accused == 0 ? 1 : static_cast<double>(found) / static_cast<double>(accused);
    }
    [[nodiscard]] double recall() const {
        return cheaters == 0 ? 1 : static_cast<double>(found) / static_cast<double>(cheaters);
    }
};

Score score(const Day& day, proto::SuspectKind kind) {
    constexpr float kSubtle = 0.25F;
    Score score;
    for (const Accusation& accusation : day.accusations) {
        score.accused += accusation.kind == kind ? 1 : 0;
    }
    for (const Cheater& cheater : day.cheaters) {
        if (cheater.kind != kind) {
            continue;
        }
        const auto accused = std::find_if(day.accusations.begin(), day.accusations.end(), [&](const auto& one) {
            return one.kind == kind && one.player_id == cheater.player_id;
        });
        const bool found = accused != day.accusations.end();
        const bool subtle = cheater.strength < kSubtle;
        ++score.cheaters;
        score.found += found ? 1 : 0;
        score.subtle += subtle ? 1 : 0;
        score.subtle_found += found && subtle ? 1 : 0;
        if (found) {
            score.minutes.push_back(accused->minute);
        }
    }
    return score;
}

void print(const std::string& name, Score score) {
    std::sort(score.minutes.begin(), score.minutes.end());
    const int median = score.minutes.empty() ? 0 : score.minutes[score.minutes.size() / 2];
    std::printf(
        "  %-15s %4zu cheat, %4zu accused, precision %.3f, recall %.3f (weakest quarter: %zu of %zu), found after %d "
        "min\n",
        name.c_str(),
        score.cheaters,
        score.accused,
        score.precision(),
        score.recall(),
        score.subtle_found,
        score.subtle,
        median);
}

void print_wrong(const Day& day) {
    for (const Accusation& accusation : day.accusations) {
        const auto is_right = [&accusation](const Cheater& cheater) {
            return cheater.player_id == accusation.player_id && cheater.kind == accusation.kind;
        };
        if (std::none_of(day.cheaters.begin(), day.cheaters.end(), is_right)) {
            std::printf("  WRONG: %s minute %d: %s\n",
                        std::string(to_text(accusation.kind)).c_str(),
                        accusation.minute,
                        encode(accusation.evidence).c_str());
        }
    }
}

std::vector<std::uint64_t> parse_seeds(const std::string& text) {
    std::vector<std::uint64_t> seeds;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        seeds.push_back(std::stoull(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return seeds;
}

int run(const std::vector<std::string>& words) {
    DayOptions options;
    options.world.players = words.size() > 1 ? static_cast<std::uint32_t>(std::stoul(words[1])) : 10'000;
    const double share = words.size() > 2 ? std::stod(words[2]) : 0.02;
    options.minutes = 60 * (words.size() > 3 ? std::stoi(words[3]) : 24);
    Score all;
    std::size_t honest_accused = 0;
    for (const std::uint64_t seed : parse_seeds(words.at(0))) {
        options.world.seed = seed;
        options.world.cheaters = share;
        const Day day = simulate(options);
        Score sum;
        std::printf("seed %llu, %.0f %% of %u players cheat, %d minutes\n",
                    static_cast<unsigned long long>(seed),
                    100 * share,
                    options.world.players,
                    options.minutes);
        for (const proto::SuspectKind kind : proto::kSuspectKinds) {
            const Score of_kind = score(day, kind);
            print(std::string(to_text(kind)), of_kind);
            sum.add(of_kind);
        }
        print("all", sum);
        print_wrong(day);
        all.add(sum);
        options.world.cheaters = 0;
        const Day honest = simulate(options);
        std::printf("  nobody cheats: %zu accused of %llu; most heat",
                    honest.accusations.size(),
                    static_cast<unsigned long long>(honest.players));
        for (const auto& [kind, heat] : honest.hottest) {
            std::printf(" %s %.2f", std::string(to_text(kind)).c_str(), heat);
        }
        std::printf(", busy for %lld min at most; judging took %.1f ms a tick and %.0f ms the longest one\n",
                    static_cast<long long>(honest.busiest.count() / 60'000),
                    1'000 * honest.seconds / options.minutes,
                    1'000 * honest.slowest);
        print_wrong(honest);
        std::fflush(stdout);
        honest_accused += honest.accusations.size();
    }
    std::printf("all seeds\n");
    print("all", all);
    std::printf("  nobody cheats: %zu accused\n", honest_accused);
    return all.precision() >= kLeastPrecision && all.recall() >= kLeastRecall && honest_accused == 0 ? 0 : 1;
}

}  // namespace
}  // namespace watchtower::bench

int main(int argc, char** argv) {
    try {
        return watchtower::bench::run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "watchtower-bench-moderation: %s\n", error.what());
        return 2;
    }
}
