#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/amount.hpp"
#include "proto-json/sections.hpp"

/// The snapshot document: what GET /api/v1/metrics/current answers, what the subject metrics.watchtower carries and
/// what the table snapshots keeps.
namespace watchtower::proto {

/// How often each name occurred, highest first, then bytewise.
using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

/// Puts counts into their order.
void sort(Counts& counts);

/// `{"a":1,"b":2}`, in the order of the list.
void append_counts(std::string& out, const Counts& counts);

struct NomadsSection {
    std::uint64_t total_nomads = 0;
    Counts by_action;
    std::vector<std::pair<std::string, Counts>> by_player;  ///< by sum of actions, highest first, then bytewise

    bool operator==(const NomadsSection&) const = default;
};

struct ResourcesSection {
    struct Player {
        std::string player_id;
        Amount gold;
        Amount spice;
        bool operator==(const Player&) const = default;
    };
    Amount total_gold;
    Amount total_spice;
    std::vector<Player> by_player;  ///< the players of NomadsSection::by_player in the same order

    bool operator==(const ResourcesSection&) const = default;
};

struct DwellingsSection {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> by_level;  ///< ascending; 1 to 4 are always there
    std::uint64_t total = 0;

    bool operator==(const DwellingsSection&) const = default;
};

struct PvpSection {
    std::uint64_t total_attacks = 0;
    std::uint64_t successful_attacks = 0;
    std::uint64_t destroyed_dwellings = 0;

    bool operator==(const PvpSection&) const = default;
};

struct EventsSection {
    struct Type {
        std::string type;
        std::uint64_t count = 0;
        std::uint64_t affected_players = 0;
        bool operator==(const Type&) const = default;
    };
    std::vector<Type> by_type;  ///< by count, highest first, then bytewise
    std::uint64_t total = 0;

    bool operator==(const EventsSection&) const = default;
};

/// Why a section's values are not from now.
struct Staleness {
    std::optional<TimePoint> since;  ///< when its values were good last; nothing: never collected
    SectionError error = SectionError::network_error;

    bool operator==(const Staleness&) const = default;
};
using StaleSections = std::array<std::optional<Staleness>, kSectionCount>;

struct Document {
    std::optional<NomadsSection> nomads;  ///< nothing (null): never collected; so the other four
    std::optional<ResourcesSection> resources;
    std::optional<DwellingsSection> dwellings;
    std::optional<PvpSection> pvp;
    std::optional<EventsSection> events;
    TimePoint timestamp;                   ///< when fetching began
    std::optional<std::uint64_t> players;  ///< how many there are, when by_player leaves some out
    StaleSections stale;

    bool operator==(const Document&) const = default;
};

/// Compact UTF-8, keys in the order of the struct; `players` and `stale` only where they say something.
[[nodiscard]] std::string encode(const Document& document);
void append(std::string& out, const Document& document);

/// One section as GET /api/v1/metrics/<section> answers it: its members, `timestamp`, and `stale` where it is.
/// Nothing when the section was never collected.
[[nodiscard]] std::optional<std::string> encode_section(const Document& document, Section section);

/// Keeps the order it finds. Throws BadInput that names the field.
[[nodiscard]] Document decode_document(std::string_view text);

}  // namespace watchtower::proto
