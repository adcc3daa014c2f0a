#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"
#include "services/collector/model/world.hpp"
#include "services/collector/store/partitions.hpp"
#include "services/collector/store/rows.hpp"

namespace watchtower::collector {

/// The database as the collector writes and reads it: the truth. All functions throw as postgres::Client does. One
/// thread at a time; several stores may share a client.
class Store {
public:
    explicit Store(postgres::Client& postgres) : postgres_(postgres) {}

    /// Brings the schema up to date; any number of collectors may do it at once.
    static void migrate(postgres::Client& postgres);

    /// Notes the worlds and their order. Worlds that are no longer in the list keep their rows.
    void register_worlds(const std::vector<std::string>& names, TimePoint now);

    /// The world as it was last stored, by whomever.
    [[nodiscard]] WorldMemory load(const std::string& world);

    enum class Outcome {
        stored,  ///< now, or before: by an attempt whose answer was lost, or by somebody who had it from our outbox
        refused  ///< the world's last state is not the one before write's: somebody else goes on, load the world again
    };

    /// Stores a write in one transaction that begins with the compare-and-set on the world's last state; repeating it
    /// does no harm. Makes the partitions of its ticks' days and the next ones when they are missing. Throws
    /// Unavailable after 10 s, and 50 us more a player's or list entry's row, without an answer. Players of whose
    /// erasure the write's maker did not know are hidden in what is stored.
    [[nodiscard]] Outcome store(const TickWrite& write);

    /// What the maker of a write did not know.
    struct News {
        struct Erasures {
            ErasedPlayers erased;    ///< of the write's world: for hide_players
            std::string state_text;  ///< the write's newest state as it was stored and may be shown
        };
        std::optional<Erasures> erasures;
        std::optional<Reviewed> reviewed;  ///< for note_reviews
    };
    /// Of the last write that was stored. Once.
    [[nodiscard]] News take_news() { return std::exchange(news_, News{}); }

    /// Loading reads a row for each player, which takes longer than other transactions.
    static constexpr std::chrono::minutes kLoadDeadline{2};

private:
    postgres::Client& postgres_;
    DayPartitions partitions_;
    News news_;
};

}  // namespace watchtower::collector
