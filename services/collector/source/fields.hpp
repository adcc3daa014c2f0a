#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/clock.hpp"
#include "proto-json/amount.hpp"
#include "services/collector/model/records.hpp"
#include "services/collector/source/json_walk.hpp"

/// What the members of a record mean: a token each, checked and typed. Each function that returns Refusal sets its
/// second argument when it has nothing to object to. A member that is not there or null leaves it as it was.
namespace watchtower::collector::fields {

using Refusal = std::optional<InvalidReason>;

/// Player ids, other ids and names may have this many bytes.
inline constexpr std::size_t kMostTextBytes = 256;
/// Whole numbers up to which every JSON reader agrees.
inline constexpr std::uint64_t kMostCount = 1ULL << 53U;

/// A text or an integer of any size as its decimal text; missing_player for anything else and for nothing. Like every
/// text it is out_of_range when it is longer than kMostTextBytes or PostgreSQL cannot hold it (NUL, half a surrogate
/// pair).
[[nodiscard]] Refusal read_player(const json::Token& token, std::string_view& player_id);

/// Like a player's id, but may be missing or empty: then it stays as it was.
[[nodiscard]] Refusal read_id(const json::Token& token, std::optional<std::string_view>& id);

/// A text; an empty one counts as not there.
[[nodiscard]] Refusal read_text(const json::Token& token, std::optional<std::string_view>& text);

/// A text that must be there; missing_field when it is not, or empty.
[[nodiscard]] Refusal read_name(const json::Token& token, std::string_view& name);

/// Of read_count, for whatever is not written in digits alone.
[[nodiscard]] Refusal read_unusual_count(const json::Token& token, std::uint64_t& count);

/// A whole number from 0 to kMostCount. 5.0 and 1e3 are whole numbers (judged by the nearest double).
[[nodiscard]] inline Refusal read_count(const json::Token& token, std::uint64_t& count) {
    if (token.kind != json::Token::Kind::whole || token.value > kMostCount) {
        return read_unusual_count(token, count);
    }
    count = token.value;
    return std::nullopt;
}

/// A number from 0 to proto::kMostUnits.
[[nodiscard]] Refusal read_amount(const json::Token& token, std::optional<proto::Amount>& amount);

/// A whole number from 1 to 1000, else bad_level; missing_field when there is none.
[[nodiscard]] Refusal read_level(const json::Token& token, std::uint32_t& level);

[[nodiscard]] Refusal read_boolean(const json::Token& token, bool& value);

/// An RFC 3339 text or a number of seconds since the epoch, up to the year 9999. Nothing for anything else.
[[nodiscard]] std::optional<TimePoint> read_time(const json::Token& token);

}  // namespace watchtower::collector::fields
