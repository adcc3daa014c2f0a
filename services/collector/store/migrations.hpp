#pragma once

#include <span>

#include "common/postgres/migrations.hpp"

namespace watchtower::collector {

/// The files of services/collector/migrations in order. A released one never changes; none breaks the release before,
/// which may still be running.
[[nodiscard]] std::span<const postgres::Migration> migrations();

}  // namespace watchtower::collector
