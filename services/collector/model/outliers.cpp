#include "services/collector/model/outliers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace watchtower::collector {

namespace {

constexpr double kBinsInOne = 16;
constexpr double kLowest = -512;
constexpr std::size_t kBins = std::size_t{1024} * 16;

/// The standard deviation of a normal distribution over its MAD.
constexpr double kDeviationsInAMad = 1.4826;

std::size_t bin_of(double value) {
    const double bin = std::round((value - kLowest) * kBinsInOne);
    return static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(kBins - 1)));
}

using Counts = std::vector<std::uint32_t>;

/// The bin of the middle one of `size` values.
std::size_t middle(const Counts& counts, std::uint64_t size) {
    std::uint64_t seen = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        seen += counts[bin];
        if (2 * seen >= size) {
            return bin;
        }
    }
    return 0;
}

Spread spread_of(const Counts& counts) {
    Spread spread;
    spread.players = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    const std::size_t median = middle(counts, spread.players);
    Counts deviations(counts.size());
    Counts upper(counts.size());
    std::uint64_t above = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        const std::size_t deviation = bin > median ? bin - median : median - bin;
        deviations[deviation] += counts[bin];
        if (bin > median) {
            upper[deviation] += counts[bin];
            above += counts[bin];
        }
    }
    // Of a median that many share, half of those who share it are above it.
    upper[0] += counts[median] / 2;
    above += counts[median] / 2;
    const std::size_t mad = std::max(middle(deviations, spread.players), middle(upper, above));
    spread.median = kLowest + static_cast<double>(median) / kBinsInOne;
    spread.mad = static_cast<double>(mad) / kBinsInOne;
    return spread;
}

}  // namespace

double Spread::limit(double deviations, double least) const {
    return median + deviations * std::max(kDeviationsInAMad * mad, least);
}

void Outliers::add(std::size_t group, double value) {
    Counts& counts = groups_[group];
    counts.resize(kBins);
    ++counts[bin_of(value)];
    ++size_;
}

void Outliers::close() {
    Counts all(kBins);
    for (const auto& [group, counts] : groups_) {
        std::transform(all.begin(), all.end(), counts.begin(), all.begin(), std::plus<>());
        const Spread spread = spread_of(counts);
        spreads_[group] = spread.players >= kLeast ? std::optional(spread) : std::nullopt;
    }
    if (size_ >= kLeast) {
        of_all_ = spread_of(all);
    }
}

std::optional<Spread> Outliers::of(std::size_t group) const {
    const auto found = spreads_.find(group);
    return found != spreads_.end() && found->second ? found->second : of_all_;
}

std::uint64_t Outliers::size() const {
    return size_;
}

}  // namespace watchtower::collector
