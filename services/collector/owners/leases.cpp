#include "services/collector/owners/leases.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"

namespace watchtower::collector {

namespace {

const redis::CallOptions kRepeatable{.repeatable = true};

/// Keys: collectors, settling, each world's owner, each world's wanted. Arguments: id, lease, settling time, "1" for a
/// collector without a past, the worlds' wishes, the world with which the search for one to ask for begins. Answers
/// with the number of collectors and the worlds' places. `has[c]` counts the worlds of c as if what is asked for had
/// been handed over. Numbers are formatted by hand, as Lua writes big ones with an exponent.
const redis::Script kRound{R"(
local me, lease, wishes = ARGV[1], ARGV[2], ARGV[5]
local count = (#KEYS - 2) / 2
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if redis.call('ZCARD', KEYS[1]) == 0 and ARGV[4] ~= '1' then
    redis.call('SET', KEYS[2], me, 'PX', ARGV[3])
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + lease), me)
local settling = redis.call('EXISTS', KEYS[2]) == 1
local collectors = redis.call('ZRANGE', KEYS[1], 0, -1)
local has = {}
for _, collector in ipairs(collectors) do
    has[collector] = 0
end
local owner = redis.call('MGET', unpack(KEYS, 3, 2 + count))
local wanted = redis.call('MGET', unpack(KEYS, 3 + count, 2 + 2 * count))

local function take(i)
    redis.call('SET', KEYS[2 + i], me, 'PX', lease)
    redis.call('DEL', KEYS[2 + count + i])
    owner[i] = me
    wanted[i] = false
end
for i = 1, count do
    if owner[i] == me then
        redis.call('PEXPIRE', KEYS[2 + i], lease)
    elseif not owner[i] and wishes:sub(i, i) == 'k' then
        take(i)
    end
    if not owner[i] or wanted[i] == owner[i] or not has[wanted[i]] then
        wanted[i] = false
    end
    local whose = wanted[i] or owner[i]
    if has[whose] then
        has[whose] = has[whose] + 1
    end
end
if not settling then
    local share = math.ceil(count / #collectors)
    for i = 1, count do
        local wish = wishes:sub(i, i)
        if not owner[i] and wish ~= 's' and (wish == 'n' or has[me] < share) then
            take(i)
            has[me] = has[me] + 1
        end
    end
    local function most()
        local found
        for _, collector in ipairs(collectors) do
            if has[collector] and has[collector] >= has[me] + 2 and (not found or has[collector] > has[found]) then
                found = collector
            end
        end
        return found
    end
    local function ask(other)
        for k = 1, count do
            local i = (k + ARGV[6]) % count + 1
            if (wanted[i] or owner[i]) == other and wishes:sub(i, i) ~= 's' then
                redis.call('SET', KEYS[2 + count + i], me, 'PX', lease)
                wanted[i] = me
                has[me] = has[me] + 1
                has[other] = has[other] - 1
                return
            end
        end
        has[other] = nil
    end
    local other = most()
    while other do
        ask(other)
        other = most()
    end
end
local places = {}
for i = 1, count do
    if not owner[i] and not settling then
        places[i] = 'f'
    elseif owner[i] ~= me then
        places[i] = 'o'
    else
        places[i] = wanted[i] and 'w' or 'm'
    end
end
return {#collectors, table.concat(places)}
)"};

/// Keys: collectors, then owner and wanted of each world. Arguments: id, lease. Answers with "1" for each world that is
/// not this collector's any more, "0" for the others.
const redis::Script kHandOver{R"(
local gone = {}
for i = 2, #KEYS, 2 do
    local result = '0'
    if redis.call('GET', KEYS[i]) ~= ARGV[1] then
        result = '1'
    else
        local wanted = redis.call('GET', KEYS[i + 1])
        if wanted and wanted ~= ARGV[1] and redis.call('ZSCORE', KEYS[1], wanted) then
            redis.call('SET', KEYS[i], wanted, 'PX', ARGV[2])
            redis.call('DEL', KEYS[i + 1])
            result = '1'
        end
    end
    gone[#gone + 1] = result
end
return table.concat(gone)
)"};

/// Keys: collectors, then the worlds' owners. Arguments: id.
const redis::Script kRelease{R"(
redis.call('ZREM', KEYS[1], ARGV[1])
for i = 2, #KEYS do
    if redis.call('GET', KEYS[i]) == ARGV[1] then
        redis.call('DEL', KEYS[i])
    end
end
return 0
)"};

std::vector<Leases::Place> to_places(const std::string& text, std::size_t count) {
    if (text.size() != count || text.find_first_not_of("fomw") != std::string::npos) {
        throw Error("redis: round of leases: unexpected answer: '" + text + "'");
    }
    std::vector<Leases::Place> places;
    std::transform(
        text.begin(), text.end(), std::back_inserter(places), [](char c) { return static_cast<Leases::Place>(c); });
    return places;
}

}  // namespace

Leases::Leases(redis::Client& redis, std::string id, const std::vector<std::string>& worlds, Milliseconds lease)
    : redis_(redis),
      id_(std::move(id)),
      lease_ms_(std::to_string(lease.count())),
      random_(std::random_device{}()) {
    for (const std::string& world : worlds) {
        owner_keys_.push_back(proto::owner_key(world));
        wanted_keys_.push_back(proto::wanted_key(world));
    }
}

Leases::Answer Leases::round(const std::vector<Wish>& wishes, bool fresh) {
    Keys keys = {proto::kCollectorsKey, proto::kSettlingKey};
    keys.insert(keys.end(), owner_keys_.begin(), owner_keys_.end());
    keys.insert(keys.end(), wanted_keys_.begin(), wanted_keys_.end());
    std::string wish_text;
    for (const Wish wish : wishes) {
        wish_text += static_cast<char>(wish);
    }
    const std::string settling_ms = std::to_string(kSettling.count());
    const std::string first = std::to_string(random_() % owner_keys_.size());
    const Keys arguments = {id_, lease_ms_, settling_ms, fresh ? "1" : "0", wish_text, first};
    const auto reply = redis_.script(kRound, keys, arguments, kRepeatable);
    return {.worlds = to_places(reply.at(1).text(), owner_keys_.size()),
            .collectors = static_cast<std::size_t>(reply.at(0).integer())};
}

std::vector<std::size_t> Leases::hand_over(const std::vector<std::size_t>& worlds) {
    Keys keys = {proto::kCollectorsKey};
    for (const std::size_t world : worlds) {
        keys.emplace_back(owner_keys_.at(world));
        keys.emplace_back(wanted_keys_.at(world));
    }
    const Keys arguments = {id_, lease_ms_};
    const std::string gone = redis_.script(kHandOver, keys, arguments, kRepeatable).text();
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < worlds.size(); ++i) {
        if (gone.at(i) == '1') {
            result.push_back(worlds[i]);
        }
    }
    return result;
}

void Leases::release() {
    Keys keys = {proto::kCollectorsKey};
    keys.insert(keys.end(), owner_keys_.begin(), owner_keys_.end());
    const Keys arguments = {id_};
    (void)redis_.script(kRelease, keys, arguments, kRepeatable);
}

}  // namespace watchtower::collector
