#include "services/api-gateway/routes/tasks.hpp"

#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/http/waiting.hpp"

namespace watchtower::gateway {

namespace {

constexpr int kAccepted = 202;
constexpr std::size_t kLongestId = 64;

http::Reply reply_with(const proto::Task& task) {
    return http::Reply::json(encode(task)).with("Cache-Control", "no-store");
}

}  // namespace

const Parameter<std::string> kTaskId =
    text_parameter({.name = "id",
                    .description = "The task's id, as the answer to its request gave it.",
                    .example = "0123456789abcdef0123456789abcdef",
                    .place = ParameterDeclaration::Place::path},
                   kLongestId);

/// A request's place among those that wait for Redis.
class Tasks::Turn {
public:
    explicit Turn(Tasks& tasks) : tasks_(tasks) {
        http::about_to_wait();
        if (++tasks_.waiting_ > tasks_.most_waiting_) {
            --tasks_.waiting_;
            throw http::HttpError(
                503, "too many requests wait for the store of tasks; try again later", {{"Retry-After", "1"}});
        }
    }
    ~Turn() { --tasks_.waiting_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    Tasks& tasks_;
};

http::Reply Tasks::collect(const http::Request& request) {
    return queue(std::string(proto::kCollectTask), current_.world_for(request).name, "");
}

http::Reply Tasks::queue(std::string kind, const std::string& world, const std::string& arguments) {
    const Turn turn(*this);
    proto::Task task;
    task.kind = std::move(kind);
    task.id = queue_.enqueue({task.kind, world, arguments, clock_.now()});
    http::Reply reply = reply_with(task);
    reply.status = kAccepted;
    return reply.with("Location", "/api/v1/tasks/" + task.id);
}

http::Reply Tasks::find(const http::Request& request) {
    const std::string id = kTaskId.of(request);
    if (tasks::is_task_id(id)) {
        const Turn turn(*this);
        if (const auto task = queue_.find(id)) {
            return reply_with(*task);
        }
    }
    throw http::HttpError(404, "there is no such task, or none any more");
}

}  // namespace watchtower::gateway
