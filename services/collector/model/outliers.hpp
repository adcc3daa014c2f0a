#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

/// Robust comparison of many values. Pure; the order of the values does not matter.
namespace watchtower::collector {

/// The middle and the spread of a group of values.
struct Spread {
    double median = 0;
    double mad = 0;             ///< median absolute deviation, of all or of the upper half: the larger one
    std::uint64_t players = 0;  ///< how many values

    /// Above this a value is more than `deviations` standard deviations, as the MAD estimates them, from the median. A
    /// deviation is at least `least`, as values that nearly all share have none of their own.
    [[nodiscard]] double limit(double deviations, double least) const;
};

/// Counts values from -512 to 512 by groups, in steps of a sixteenth.
class Outliers {
public:
    /// Fewer say nothing.
    static constexpr std::uint64_t kLeast = 30;

    void add(std::size_t group, double value);

    /// Of the group, or of all groups together when the group is too small. Nothing: they are too few, too.
    [[nodiscard]] std::optional<Spread> of(std::size_t group) const;

    [[nodiscard]] std::uint64_t size() const;

    /// To be called between adding and asking.
    void close();

private:
    using Counts = std::vector<std::uint32_t>;

    std::map<std::size_t, Counts> groups_;
    std::map<std::size_t, std::optional<Spread>> spreads_;
    std::optional<Spread> of_all_;
    std::uint64_t size_ = 0;
};

}  // namespace watchtower::collector
