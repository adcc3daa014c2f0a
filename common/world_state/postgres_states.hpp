#pragma once

#include "common/postgres/client.hpp"
#include "common/world_state/source.hpp"

namespace watchtower::world_state {

/// The states in PostgreSQL (the tables worlds and snapshots).
class PostgresStates final : public StateSource {
public:
    /// `postgres` must outlive it. `deadline` is for each of the calls.
    PostgresStates(postgres::Client& postgres, Milliseconds deadline) : postgres_(postgres), deadline_(deadline) {}

    [[nodiscard]] const char* name() const override { return "postgres"; }
    [[nodiscard]] std::vector<ListedWorld> worlds() override;
    [[nodiscard]] std::optional<StoredState> newer(const std::string& world, std::optional<TimePoint> than) override;

private:
    postgres::Client& postgres_;
    const Milliseconds deadline_;
};

}  // namespace watchtower::world_state
