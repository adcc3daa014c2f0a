#pragma once

#include <string>
#include <string_view>

#include "services/collector/store/rows.hpp"

namespace watchtower::collector {

/// A write as text, to wait in Redis: one JSON object whose rows and states are strings.
[[nodiscard]] std::string encode(const TickWrite& write);

/// Puts back what encode wrote, also that of collectors that knew no ids: as such a write may be stored behind a state
/// without one only, it gets a new one. Throws BadInput that names the field.
[[nodiscard]] TickWrite decode_tick_write(std::string_view text);

}  // namespace watchtower::collector
