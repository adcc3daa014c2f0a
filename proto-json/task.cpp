#include "proto-json/task.hpp"

#include <array>

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

constexpr std::array kStates = {TaskState::queued, TaskState::running, TaskState::done, TaskState::failed};

}  // namespace

std::string_view to_text(TaskState state) {
    constexpr std::array<std::string_view, kStates.size()> kNames = {"queued", "running", "done", "failed"};
    return kNames[static_cast<std::size_t>(state)];
}

TaskState parse_task_state(std::string_view text) {
    for (const TaskState state : kStates) {
        if (to_text(state) == text) {
            return state;
        }
    }
    throw BadInput("task.state: none of queued, running, done, failed: '" + std::string(text) + "'");
}

std::string encode(const Task& task) {
    std::string out = R"({"id":)";
    append_json_string(out, task.id);
    out += R"(,"kind":)";
    append_json_string(out, task.kind);
    out.append(R"(,"state":")").append(to_text(task.state)).append("\"");
    if (task.tick) {
        out += R"(,"tick":)";
        append_time(out, *task.tick);
    }
    if (task.error) {
        out += R"(,"error":)";
        append_json_string(out, *task.error);
    }
    out += '}';
    return out;
}

Task decode_task(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "task");
    Task task;
    task.id = value.at("id").as_string();
    task.kind = value.at("kind").as_string();
    task.state = parse_task_state(value.at("state").as_string());
    if (const JsonValue* tick = value.find("tick")) {
        task.tick = tick->as_time();
    }
    if (const JsonValue* error = value.find("error")) {
        task.error = error->as_string();
    }
    return task;
}

}  // namespace watchtower::proto
