#include "services/collector/outbox/kept_ticks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string_view>
#include <utility>

#include "common/base/log.hpp"
#include "proto-json/names.hpp"

namespace watchtower::collector {

namespace {

const redis::CallOptions kRepeatable{.repeatable = true};
constexpr std::size_t kShownOfField = 40;

/// Keys: the world's owner, its outbox. Arguments: who we are, tick, text, superseded ticks.
const redis::Script kKeepIfOwner{R"(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
    return 0
end
for i = 4, #ARGV do
    redis.call('HDEL', KEYS[2], ARGV[i])
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
)"};

std::string field_of(TimePoint tick) {
    return std::to_string(tick.time_since_epoch().count());
}

std::optional<TimePoint> parse_field(const std::string& field) {
    std::int64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), milliseconds);
    if (error != std::errc() || end != field.data() + field.size()) {
        return std::nullopt;
    }
    return TimePoint(Milliseconds(milliseconds));
}

}  // namespace

KeptTicks::KeptTicks(redis::Client& redis, const std::string& world, std::string owner)
    : redis_(redis),
      key_(proto::outbox_key(world)),
      owner_key_(proto::owner_key(world)),
      owner_(std::move(owner)) {}

bool KeptTicks::keep(TimePoint tick, const std::string& text, const std::vector<TimePoint>& superseded) {
    std::vector<std::string> fields = {field_of(tick)};
    std::transform(superseded.begin(), superseded.end(), std::back_inserter(fields), field_of);
    std::vector<std::string_view> arguments = {owner_, fields.front(), text};
    arguments.insert(arguments.end(), fields.begin() + 1, fields.end());
    const std::array<std::string_view, 2> keys = {owner_key_, key_};
    return redis_.script(kKeepIfOwner, keys, arguments, kRepeatable).integer() == 1;
}

void KeptTicks::forget(const std::vector<TimePoint>& ticks) {
    for (const TimePoint tick : ticks) {
        redis_.command({"HDEL", key_, field_of(tick)}, kRepeatable);
    }
}

std::vector<TimePoint> KeptTicks::list() {
    std::vector<TimePoint> ticks;
    for (const auto& field : redis_.command({"HKEYS", key_}, kRepeatable).array()) {
        if (const auto tick = parse_field(field.text())) {
            ticks.push_back(*tick);
        } else {
            log::error("kept_tick_unusable", {{"key", key_}, {"field", field.text().substr(0, kShownOfField)}});
            redis_.command({"HDEL", key_, field.text()}, kRepeatable);
        }
    }
    std::sort(ticks.begin(), ticks.end());
    return ticks;
}

std::optional<std::string> KeptTicks::get(TimePoint tick) {
    return redis_.command({"HGET", key_, field_of(tick)}, kRepeatable).optional_text();
}

}  // namespace watchtower::collector
