#pragma once

#include "common/redis/client.hpp"

/// What a collector does with the stream of tasks, each in one step of Redis. All take as keys the stream, the stream
/// of dead letters; as arguments first: the group, this consumer, the prefix of tasks' hashes, the milliseconds a claim
/// holds, those a hash lives, the most attempts, the most dead letters, a name of this process that none had before.
/// They also use hashes that are not among their keys, so a Redis Cluster will not do.
///
/// An entry waits under the consumer kNobody, with an idle time that lets it be claimed when it is due.
namespace watchtower::collector::scripts {

inline constexpr const char* kNobody = "-";

/// Further arguments: "new" to look for new entries before abandoned ones; "all" to take over from other collectors
/// too, if it is not longer after a time of this server (milliseconds) than so many milliseconds; then the entries that
/// run here. Answer: a list of id, kind of those that were given up on the way; the server's time; then, if there is a
/// task: entry, id, kind, world, arguments, requested at, attempt.
extern const redis::Script kTake;

/// Further arguments: entries that run here. Answer: those of them that somebody else has.
extern const redis::Script kRenew;

/// Further arguments: entry, id, kind, world, tick or "". Answer: 1 when the result is recorded; 0 when the claim is
/// lost. A result is recorded too when Redis has forgotten the task altogether.
extern const redis::Script kFinish;

/// An attempt that failed. Further arguments: entry, id, error, the error's details, milliseconds to wait. Answer:
/// "again", "dead" or "lost".
extern const redis::Script kFail;

/// An attempt that does not count. Further arguments: entry, id, the next consumer, milliseconds to wait, milliseconds
/// since it was queued after which it is given up or "", the error then. Answer: "again", "dead" or "lost".
extern const redis::Script kGiveBack;

/// Leaves the group: whatever is pending for this consumer may be claimed at once.
extern const redis::Script kLeave;

/// Forgets consumers that have nothing pending and were not seen for the time that a hash lives.
extern const redis::Script kForgetConsumers;

}  // namespace watchtower::collector::scripts
