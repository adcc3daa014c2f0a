#pragma once

#include <cstdint>
#include <string>
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
        stored,
        refused  ///< the world's last tick is not write.previous_tick: somebody was first, load the world again
    };

    /// Stores a tick in one transaction that begins with the compare-and-set on the world's last tick. Repeating it
    /// does no harm: the second time it is refused. Makes the partitions of the tick's day and the next one when they
    /// are missing.
    [[nodiscard]] Outcome store(const TickWrite& write);

    /// Loading reads a row for each player, which takes longer than other transactions.
    static constexpr std::chrono::minutes kLoadDeadline{2};

private:
    postgres::Client& postgres_;
    DayPartitions partitions_;
};

}  // namespace watchtower::collector
