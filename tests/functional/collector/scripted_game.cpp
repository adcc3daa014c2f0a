#include "tests/functional/collector/scripted_game.hpp"

namespace watchtower::test {

namespace {

const std::map<std::string, std::string> kEmpty = {{"/nomads", R"({"nomads":[]})"},
                                                   {"/resources", R"({"players":[]})"},
                                                   {"/dwellings", R"({"dwellings":[]})"},
                                                   {"/combat/stats", R"({"combats":[]})"},
                                                   {"/events", R"({"events":[]})"}};

}  // namespace

ScriptedGame::ScriptedGame() : server_({}, routes()) {
    for (const auto& [path, body] : kEmpty) {
        answer(path, body);
    }
}

std::vector<http::Route> ScriptedGame::routes() {
    std::vector<http::Route> routes;
    for (const auto& [path, body] : kEmpty) {
        const auto handle = [this, at = path](const http::Request& request) {
            const std::lock_guard lock(mutex_);
            return answers_.at(at)(std::string(request.query_parameter("page").value_or("")));
        };
        routes.push_back({http::Method::get, path, handle, "", {{"page", ""}}});
    }
    return routes;
}

void ScriptedGame::answer(const std::string& path, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[path] = std::move(answer);
}

void ScriptedGame::answer(const std::string& path, const std::string& body) {
    answer(path, [body](const std::string& /*page*/) { return http::Reply::json(body); });
}

}  // namespace watchtower::test
