#pragma once

#include <string>
#include <string_view>

/// The names of what processes share: Redis keys, NATS subjects, response headers. proto-json/README.md tells who
/// writes and who reads each.
namespace watchtower::proto {

/// Redis: sorted set of the worlds' names; the score is the world's position, the first world has the lowest.
inline constexpr std::string_view kWorldsKey = "watchtower:worlds";

/// Redis: hash of one world's newest state: `tick` (epoch milliseconds) and `state` (encode(State)).
[[nodiscard]] inline std::string state_key(std::string_view world) {
    return "watchtower:state:" + std::string(world);
}
inline constexpr std::string_view kStateTickField = "tick";
inline constexpr std::string_view kStateField = "state";

/// Redis: sorted set of the collectors that live: a collector's id, and as its score when its heartbeat runs out (epoch
/// milliseconds by Redis's clock). Whoever looks must leave out those whose time has passed.
inline constexpr std::string_view kCollectorsKey = "watchtower:collectors";

/// Redis: the id of the collector that collects this world; expires with its lease. Only the collectors use it.
[[nodiscard]] inline std::string owner_key(std::string_view world) {
    return "watchtower:owner:" + std::string(world);
}
/// Redis: the id of a collector that has fewer worlds and asks this world's owner for it; expires.
[[nodiscard]] inline std::string wanted_key(std::string_view world) {
    return "watchtower:owner:" + std::string(world) + ":wanted";
}
/// Redis: while it exists, collectors keep to the worlds they had, as Redis has been away or has forgotten all;
/// expires.
inline constexpr std::string_view kSettlingKey = "watchtower:owners:settling";

/// Redis: stream of the tasks that are not finished; each entry carries its whole task. docs/tasks.md has the fields.
inline constexpr std::string_view kTasksKey = "watchtower:tasks";
/// Its consumer group; the consumers are the collectors by their ids.
inline constexpr std::string_view kTasksGroup = "collectors";
/// Redis: stream of the tasks that were given up, the newest thousand, each with its error.
inline constexpr std::string_view kDeadTasksKey = "watchtower:tasks:dead";
/// Redis: hash of one task and what became of it; there until a day after its last change.
inline constexpr std::string_view kTaskKeyPrefix = "watchtower:task:";
[[nodiscard]] inline std::string task_key(std::string_view id) {
    return std::string(kTaskKeyPrefix) + std::string(id);
}
/// Redis: the id of the task that was queued under this key, as long as no second one may be.
[[nodiscard]] inline std::string task_once_key(std::string_view key) {
    return "watchtower:task-once:" + std::string(key);
}

/// Redis: hash of a world's ticks that wait for PostgreSQL; the field is the tick in epoch milliseconds. Written by the
/// world's owner, and stored by whoever owns the world next.
[[nodiscard]] inline std::string outbox_key(std::string_view world) {
    return "watchtower:outbox:" + std::string(world);
}

/// Redis: the id of the publisher that publishes; expires with its lease. Only the publishers use it.
inline constexpr std::string_view kPublisherKey = "watchtower:publisher";
/// Redis: hash of the worlds' newest publication times (epoch milliseconds) whose documents went out.
inline constexpr std::string_view kPublishedKey = "watchtower:published";
/// Redis: hash of the worlds' newest numbers of alerts that went out.
inline constexpr std::string_view kPublishedAlertsKey = "watchtower:published:alerts";
/// Redis: hash of the worlds' newest numbers of sets of suspects that went out.
inline constexpr std::string_view kPublishedSuspectsKey = "watchtower:published:suspects";

/// Redis: how many requests this caller of the REST API made in his minute, over all gateways; expires with it.
/// `caller` is the digest of a key or an address.
[[nodiscard]] inline std::string rate_limit_key(std::string_view caller) {
    return "watchtower:rate-limit:" + std::string(caller);
}

/// Redis: sorted set of the processes that live, "<service>:<id>", with the end of their last word (epoch milliseconds
/// by Redis's clock); and what each said of itself (encode(Replica)), which expires.
inline constexpr std::string_view kReplicasKey = "watchtower:replicas";
[[nodiscard]] inline std::string replica_key(std::string_view service_and_id) {
    return "watchtower:replica:" + std::string(service_and_id);
}

/// Redis: what one gateway computed for all, by what was asked; expires.
[[nodiscard]] inline std::string computed_key(std::string_view question) {
    return "watchtower:computed:" + std::string(question);
}
/// Redis: who computes it at present; expires.
[[nodiscard]] inline std::string computing_key(std::string_view question) {
    return "watchtower:computing:" + std::string(question);
}

/// NATS: "there is a new state of this world", body: its tick in epoch milliseconds. Only a hint to look.
[[nodiscard]] inline std::string state_subject(std::string_view world) {
    return "watchtower.internal.state." + std::string(world);
}
inline constexpr std::string_view kStateSubjects = "watchtower.internal.state.*";

/// NATS headers of published documents.
inline constexpr std::string_view kMessageIdHeader = "Nats-Msg-Id";
inline constexpr std::string_view kWorldHeader = "Watchtower-World";
inline constexpr std::string_view kTickHeader = "Watchtower-Tick";
/// The number of an alert in its world's log.
inline constexpr std::string_view kAlertNumberHeader = "Watchtower-Alert-Number";
/// `true` on a document whose publication time was missed and is made up for.
inline constexpr std::string_view kReplayedHeader = "Watchtower-Replayed";
/// `true` on whatever was made from a simulated game, over NATS and HTTP; absent otherwise.
inline constexpr std::string_view kSimulatedHeader = "Watchtower-Simulated";

/// The header by which the simulator says of its answers that they are no real game's.
inline constexpr std::string_view kSourceSimulatedHeader = "X-CCC-Simulated";

/// The subject of a world's minute document: the prefix itself for the first world.
[[nodiscard]] inline std::string document_subject(std::string_view prefix, std::string_view world, bool first_world) {
    return first_world ? std::string(prefix) : std::string(prefix) + ".worlds." + std::string(world);
}

/// The JetStream stream that keeps what is published, where the server has JetStream.
inline constexpr std::string_view kStream = "WATCHTOWER";

/// Who asks on it gets a world's current document: the body is the world's name, empty for the first world.
inline constexpr std::string_view kSnapshotRequestSubject = "watchtower.request.snapshot";

/// The subject of all worlds' alerts.
[[nodiscard]] inline std::string alerts_subject(std::string_view prefix) {
    return std::string(prefix) + ".alerts";
}

/// The subject of the first world's averages; suspects and further worlds are under it.
inline constexpr std::string_view kAnalysisSubject = "ccc.watchtower";
[[nodiscard]] inline std::string averages_subject(std::string_view world, bool first_world) {
    return document_subject(kAnalysisSubject, world, first_world);
}
/// Of the suspects of a kind (to_text(SuspectKind)): "ccc.watchtower.suspect_moves" for the first world.
[[nodiscard]] inline std::string suspects_subject(std::string_view kind, std::string_view world, bool first_world) {
    return document_subject(std::string(kAnalysisSubject) + ".suspect_" + std::string(kind), world, first_world);
}

}  // namespace watchtower::proto
