#pragma once

#include <cstdint>
#include <string>

#include "services/ccc-simulator/players.hpp"
#include "services/ccc-simulator/shape.hpp"

namespace watchtower::simulator {

/// Appending to a body, for speed by hand.
void append_integer(std::string& out, std::uint64_t number);
/// "12" or "12.000001": without zeros at the end of the fraction.
void append_amount(std::string& out, Millionths amount);
/// A JSON value: "player17" in quotes, or 17.
void append_player(std::string& out, PlayerIndex player, const Shape& shape);

/// Writes moments of the game as RFC 3339 in UTC; keeps the text of the last day.
class TimeWriter {
public:
    /// `seconds` since 1970. With quotes.
    void append(std::string& out, std::int64_t seconds);

private:
    std::int64_t day_ = -1;
    std::string date_;
};

}  // namespace watchtower::simulator
