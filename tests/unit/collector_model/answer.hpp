#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/collector_model/game.hpp"

/// What a generated game answers at one tick, in plain values that can be printed, shuffled and read.
namespace watchtower::collector::test {

struct NomadRow {
    std::string player;
    std::optional<std::string> id;
    std::uint64_t count = 1;
    std::optional<std::map<std::string, std::uint64_t>> actions;
    std::optional<std::string> last;
    std::optional<std::int64_t> at;  ///< seconds
};

struct BalanceRow {
    std::string player;
    std::int64_t gold = 0;  ///< millionths
    std::int64_t spice = 0;
};

struct DwellingRow {
    std::string player;
    std::uint32_t level = 1;
};

/// A combat or an event.
struct EntryRow {
    std::optional<std::string> id;
    std::string type;
    bool success = false;        ///< combats
    std::string attacker;        ///< combats
    std::uint64_t affected = 0;  ///< combats: dwellings destroyed; events: players
};

struct Answer {
    std::vector<NomadRow> nomads;
    std::vector<BalanceRow> resources;
    std::vector<DwellingRow> dwellings;
    std::vector<EntryRow> combats;
    std::vector<EntryRow> events;
    std::array<bool, proto::kSectionCount> failed{};

    [[nodiscard]] bool was_read(proto::Section section) const { return !failed[proto::index(section)]; }
    [[nodiscard]] bool is_complete() const;
    /// Another order of the records of each list.
    void shuffle(std::mt19937_64& random);
    /// Hands all records and failures to the collector's side.
    void read_by(Game& game) const;
    /// For whoever has to find out what went wrong.
    [[nodiscard]] std::string text() const;
};

}  // namespace watchtower::collector::test
