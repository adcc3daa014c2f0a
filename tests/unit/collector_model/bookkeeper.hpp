#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/unit/collector_model/answer.hpp"

namespace watchtower::collector::test {

/// What the contract says that a reader of some answers must have counted, kept in plain maps and by none of the
/// collector's code.
class Bookkeeper {
public:
    struct Flow {
        std::int64_t start = 0;
        std::int64_t collected = 0;
        std::int64_t spent = 0;
        std::int64_t joined = 0;
        std::int64_t left = 0;
        bool operator==(const Flow&) const = default;
    };
    struct EventType {
        std::uint64_t count = 0;
        std::uint64_t affected = 0;
        bool operator==(const EventType&) const = default;
    };

    /// A tick that was kept.
    void read(const Answer& answer, TimePoint time);

    std::map<std::string, std::uint64_t> actions;  ///< where all nomads tell sums
    std::uint64_t nomads_created = 0;
    Flow gold;
    Flow spice;
    std::uint64_t attacks = 0;
    std::uint64_t successful = 0;
    std::uint64_t destroyed = 0;
    std::map<std::string, EventType> events;
    std::uint64_t epoch = 0;

    /// Of the players in the last complete read of nomads, whose sums are told.
    [[nodiscard]] std::uint64_t sum_of_present() const;

private:
    using Sums = std::map<std::string, std::uint64_t>;
    struct Entry {
        std::uint64_t count = 1;
        bool has_id = false;
        bool of_either_epoch = false;
        bool standing = true;
        TimePoint stood_at;
    };
    using Known = std::map<std::string, Entry>;

    void read_nomads(const Answer& answer);
    void read_resources(const Answer& answer);
    template <typename Count>
    void read_list(const std::vector<EntryRow>& rows,
                   Known& known,
                   bool nomads_read,
                   bool reset,
                   TimePoint time,
                   const Count& count);

    std::map<std::string, Sums> sums_;
    std::map<std::string, std::uint64_t> nomads_;
    std::set<std::string> present_;
    bool nomads_were_read_ = false;
    std::optional<std::map<std::string, BalanceRow>> balances_;
    bool balances_are_of_old_epoch_ = false;
    Known combats_;
    Known events_;
};

}  // namespace watchtower::collector::test
