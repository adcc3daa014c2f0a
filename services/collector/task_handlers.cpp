#include "services/collector/task_handlers.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "proto-json/names.hpp"
#include "proto-json/review.hpp"
#include "proto-json/task.hpp"
#include "services/collector/erasure/erase_player.hpp"
#include "services/collector/history/roll_up.hpp"
#include "services/collector/store/suspects.hpp"

namespace watchtower::collector {

namespace {

/// How often a wait for a collection looks whether it is to end.
constexpr Milliseconds kLook{50};

/// How much the clock of whoever asks may be ahead for a collection to be waited for at a worker's cost.
constexpr Milliseconds kMostAhead{2'000};

TaskOutcome to_the_owner(const TaskTools& tools, const std::string& world) {
    const auto owner = tools.redis.command({"GET", proto::owner_key(world)}, {.repeatable = true}).optional_text();
    return owner && *owner != tools.collector ? TaskOutcome::belongs_to(*owner) : TaskOutcome::later();
}

TaskOutcome collect(const TaskTools& tools, const ClaimedTask& task, const std::stop_token& stop) {
    WorldCollector* world = tools.world(task.world);
    if (world == nullptr) {
        return TaskOutcome::later();  // a world of others' configuration
    }
    if (task.requested_at > tools.clock.now() + kMostAhead) {
        return TaskOutcome::later();
    }
    auto answer = world->request(task.requested_at);
    while (answer.wait_for(kLook) != std::future_status::ready) {
        if (stop.stop_requested()) {
            return TaskOutcome::later();
        }
    }
    const Collected collected = answer.get();
    switch (collected.outcome) {
        case Collected::Outcome::done:
            return TaskOutcome::done(collected.tick);
        case Collected::Outcome::not_owned:
            return to_the_owner(tools, task.world);
        case Collected::Outcome::failed:
            return TaskOutcome::later();
        case Collected::Outcome::too_late:
            break;
    }
    throw BadInput("nobody collected the world before the next tick began");
}

TaskOutcome roll_up(const TaskTools& tools, const ClaimedTask& task, const std::stop_token& stop) {
    const auto done = history::roll_up(tools.postgres, task.world, tools.clock.now(), stop);
    log::info("rolled_up", {{"world", task.world}, {"hourly_rows", done.hourly_rows}, {"daily_rows", done.daily_rows}});
    return TaskOutcome::done();
}

TaskOutcome retain(const TaskTools& tools, const std::stop_token& stop) {
    const TimePoint now = tools.clock.now();
    const auto made = history::make_partitions(tools.postgres, now);
    const auto retired = history::retire(tools.postgres, now, tools.retention, stop);
    log::info("retention_done",
              {{"partitions_made", made},
               {"dropped", retired.dropped.size()},
               {"emptied", retired.emptied.size()},
               {"put_off", retired.put_off.size()},
               {"in_use", retired.in_use.size()}});
    return TaskOutcome::done();
}

TaskOutcome erase(const TaskTools& tools, const ClaimedTask& task, const std::stop_token& stop) {
    const Erasure erasure = erase_player(tools.postgres, tools.redis, task.world, task.arguments, stop);
    return erasure.redis_error ? TaskOutcome::later() : TaskOutcome::done();
}

TaskOutcome review(const TaskTools& tools, const ClaimedTask& task) {
    const proto::Review review = proto::decode_review(task.arguments);
    review_suspect(tools.postgres, task.world, review, tools.clock.now());
    log::info("reviewed", {{"world", task.world}, {"decision", to_text(review.decision)}});
    return TaskOutcome::done();
}

/// An outage is no failure: the task is tried again, for as long as the runner's patience lasts.
TaskHandler patient(std::function<TaskOutcome(const ClaimedTask&, const std::stop_token&)> handle) {
    return [handle = std::move(handle)](const ClaimedTask& task, const std::stop_token& stop) {
        try {
            return handle(task, stop);
        } catch (const Unavailable& error) {
            log::warn("task_waits", {{"kind", task.kind}, {"world", task.world}, {"error", error.what()}});
            return TaskOutcome::later();
        }
    };
}

}  // namespace

TaskHandlers task_handlers(const TaskTools& tools) {
    TaskHandlers handlers;
    handlers.emplace(proto::kCollectTask, patient([tools](const ClaimedTask& task, const std::stop_token& stop) {
                         return collect(tools, task, stop);
                     }));
    handlers.emplace(proto::kRollupTask, patient([tools](const ClaimedTask& task, const std::stop_token& stop) {
                         return roll_up(tools, task, stop);
                     }));
    handlers.emplace(proto::kRetentionTask,
                     patient([tools](const ClaimedTask&, const std::stop_token& stop) { return retain(tools, stop); }));
    handlers.emplace(proto::kReviewTask,
                     patient([tools](const ClaimedTask& task, const std::stop_token&) { return review(tools, task); }));
    handlers.emplace(proto::kEraseTask, patient([tools](const ClaimedTask& task, const std::stop_token& stop) {
                         return erase(tools, task, stop);
                     }));
    return handlers;
}

}  // namespace watchtower::collector
