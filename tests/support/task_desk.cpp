#include "tests/support/task_desk.hpp"

#include "common/redis/client.hpp"
#include "common/task_queue/task_queue.hpp"
#include "proto-json/names.hpp"
#include "tests/support/eventually.hpp"

namespace watchtower::test {

struct TaskDesk::Impl {
    explicit Impl(const std::string& url) : redis({.url = url}) {}
    redis::Client redis;
    tasks::TaskQueue queue{redis};
};

TaskDesk::TaskDesk(const std::string& redis_url) : impl_(std::make_unique<Impl>(redis_url)) {}

TaskDesk::~TaskDesk() = default;

std::string TaskDesk::queue(std::string_view kind, TimePoint requested_at, const std::string& arguments) {
    return impl_->queue.enqueue({std::string(kind), "default", arguments, requested_at});
}

proto::Task TaskDesk::finished(const std::string& id) {
    proto::Task task;
    (void)eventually(std::chrono::seconds(30), [&] {
        task = impl_->queue.find(id).value();
        return task.state == proto::TaskState::done || task.state == proto::TaskState::failed;
    });
    return task;
}

bool TaskDesk::knows_arguments(const std::string& id) {
    const std::string key = proto::task_key(id);
    return impl_->redis.command({"HEXISTS", key, "arguments"}).integer() == 1;
}

}  // namespace watchtower::test
