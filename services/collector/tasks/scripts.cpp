#include "services/collector/tasks/scripts.hpp"

#include <string>

namespace watchtower::collector::scripts {

namespace {

const std::string kCommon = R"(
local stream, dead_letters = KEYS[1], KEYS[2]
local group, me, prefix = ARGV[1], ARGV[2], ARGV[3]
local claim, lifetime = tonumber(ARGV[4]), ARGV[5]
local most_attempts, most_dead, runner = tonumber(ARGV[6]), ARGV[7], ARGV[8]
local nobody = '-'

local function holder(entry)
    local pending = redis.call('XPENDING', stream, group, entry, entry, 1)
    return pending[1] and pending[1][2]
end

local function fields_of(entry)
    local found = redis.call('XRANGE', stream, entry, entry)[1]
    if not found then
        return nil
    end
    local task = {}
    for i = 1, #found[2], 2 do
        task[found[2][i]] = found[2][i + 1]
    end
    return task
end

local function remove(entry)
    redis.call('XACK', stream, group, entry)
    redis.call('XDEL', stream, entry)
end

local function change(hash, ...)
    redis.call('HSET', hash, ...)
    redis.call('PEXPIRE', hash, lifetime)
end

local function bury(entry, task, text, detail)
    local hash = prefix .. task.id
    redis.call('XADD', dead_letters, 'MAXLEN', '=', most_dead, '*', 'id', task.id, 'kind', task.kind,
               'world', task.world, 'arguments', task.arguments, 'requested_at', task.requested_at,
               'attempts', redis.call('HGET', hash, 'attempts') or 0, 'error', text, 'detail', detail)
    change(hash, 'kind', task.kind, 'world', task.world, 'state', 'failed', 'error', text, 'detail', detail)
    remove(entry)
end

local function let_wait(entry, consumer, milliseconds)
    redis.call('XCLAIM', stream, group, consumer, 0, entry, 'IDLE', math.max(0, claim - milliseconds), 'JUSTID')
end
)";

redis::Script script(const char* text) {
    return {kCommon + text};
}

}  // namespace

const redis::Script kTake = script(R"(
local new_first = ARGV[9] == 'new'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- This call may have waited in a Redis that stood still.
local from_all = ARGV[10] == 'all' and now - tonumber(ARGV[11]) <= tonumber(ARGV[12])
local running = {}
for i = 13, #ARGV do
    running[ARGV[i]] = true
end

local function first_of(pending)
    for _, one in ipairs(pending) do
        if not running[one[1]] then
            return one[1]
        end
    end
end

local function new()
    local read = redis.call('XREADGROUP', 'GROUP', group, me, 'COUNT', 1, 'STREAMS', stream, '>')
    return read and read[1][2][1][1]
end

local function next_entry()
    local enough = #ARGV - 12 + 1
    local mine = first_of(redis.call('XPENDING', stream, group, '-', '+', enough, me))
    if mine then
        return mine
    end
    local abandoned
    if from_all then
        abandoned = first_of(redis.call('XPENDING', stream, group, 'IDLE', claim, '-', '+', enough))
    else
        abandoned = first_of(redis.call('XPENDING', stream, group, 'IDLE', claim, '-', '+', 1, nobody))
    end
    if new_first or not abandoned then
        return new() or abandoned
    end
    return abandoned
end

local function begin(entry, task)
    local hash = prefix .. task.id
    local known = redis.call('HMGET', hash, 'state', 'runner')
    local again = known[1] == 'running' and known[2] == runner
    local attempt = redis.call('HINCRBY', hash, 'attempts', again and 0 or 1)
    if attempt > most_attempts then
        redis.call('HINCRBY', hash, 'attempts', -1)
        local text = 'no collector that began it came to its end: ' .. most_attempts .. ' attempts'
        local last = redis.call('HGET', hash, 'detail')
        bury(entry, task, text, last and text .. '; the last error: ' .. last or text)
        return nil
    end
    change(hash, 'kind', task.kind, 'world', task.world, 'arguments', task.arguments, 'requested_at', task.requested_at,
           'state', 'running', 'runner', runner)
    return attempt
end

local given_up = {}
while true do
    local entry = next_entry()
    if not entry then
        return {given_up, now}
    end
    redis.call('XCLAIM', stream, group, me, 0, entry, 'JUSTID')
    local task = fields_of(entry)
    local state = task and redis.call('HGET', prefix .. task.id, 'state')
    if not task or state == 'done' or state == 'failed' then
        remove(entry)
    else
        local attempt = begin(entry, task)
        if attempt then
            return {given_up, now, entry, task.id, task.kind, task.world, task.arguments, task.requested_at, attempt}
        end
        given_up[#given_up + 1] = task.id
        given_up[#given_up + 1] = task.kind
    end
end
)");

const redis::Script kRenew = script(R"(
local lost = {}
for i = 9, #ARGV do
    local entry = ARGV[i]
    local now_with = holder(entry)
    if now_with == me then
        redis.call('XCLAIM', stream, group, me, 0, entry, 'JUSTID')
        local task = fields_of(entry)
        if task then
            redis.call('PEXPIRE', prefix .. task.id, lifetime)
        end
    elseif now_with then
        lost[#lost + 1] = entry
    end
end
return lost
)");

const redis::Script kFinish = script(R"(
local entry, hash, kind, world, tick = ARGV[9], prefix .. ARGV[10], ARGV[11], ARGV[12], ARGV[13]
local known = redis.call('HMGET', hash, 'state', 'runner')
if known[1] == 'done' and known[2] == runner then
    return 1
end
local has_group = not redis.pcall('XPENDING', stream, group).err
local now_with = has_group and holder(entry)
if now_with == me then
    remove(entry)
elseif now_with or known[1] then
    return 0
end
redis.call('HDEL', hash, 'error', 'detail', 'arguments')
change(hash, 'kind', kind, 'world', world, 'state', 'done', 'runner', runner)
if tick ~= '' then
    redis.call('HSET', hash, 'tick', tick)
end
return 1
)");

const redis::Script kFail = script(R"(
local entry, hash, text, detail, wait = ARGV[9], prefix .. ARGV[10], ARGV[11], ARGV[12], tonumber(ARGV[13])
local task = holder(entry) == me and fields_of(entry)
if not task then
    return 'lost'
end
if tonumber(redis.call('HGET', hash, 'attempts') or 0) >= most_attempts then
    bury(entry, task, text, detail)
    return 'dead'
end
change(hash, 'state', 'queued', 'error', text, 'detail', detail)
let_wait(entry, nobody, wait)
return 'again'
)");

const redis::Script kGiveBack = script(R"(
local entry, hash, consumer, wait = ARGV[9], prefix .. ARGV[10], ARGV[11], tonumber(ARGV[12])
local patience, text = tonumber(ARGV[13]), ARGV[14]
local task = holder(entry) == me and fields_of(entry)
if not task then
    return 'lost'
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if patience and now - tonumber(entry:match('^%d+')) > patience then
    bury(entry, task, text, text)
    return 'dead'
end
redis.call('HINCRBY', hash, 'attempts', -1)
change(hash, 'state', 'queued')
let_wait(entry, consumer, wait)
return 'again'
)");

const redis::Script kLeave = script(R"(
for _, one in ipairs(redis.call('XPENDING', stream, group, '-', '+', 1000000, me)) do
    let_wait(one[1], nobody, 0)
end
redis.call('XGROUP', 'DELCONSUMER', stream, group, me)
return 1
)");

const redis::Script kForgetConsumers = script(R"(
redis.call('XPENDING', stream, group)
local forgotten = 0
for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local consumer = {}
    for i = 1, #one, 2 do
        consumer[one[i]] = one[i + 1]
    end
    if consumer.pending == 0 and consumer.idle > tonumber(lifetime) then
        redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer.name)
        forgotten = forgotten + 1
    end
end
return forgotten
)");

}  // namespace watchtower::collector::scripts
