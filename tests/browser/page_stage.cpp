#include "tests/browser/page_stage.hpp"

namespace watchtower::test {

namespace {

constexpr std::chrono::seconds kScriptDeadline{200};

std::string local(int port) {
    return "http://127.0.0.1:" + std::to_string(port);
}

std::string worlds(const std::string& simulated, const std::string& hostile) {
    return R"([{"name":"default","url":")" + simulated + R"("},{"name":"hostile","url":")" + hostile +
           R"("},{"name":"silent","url":"http://127.0.0.1:1"}])";
}

http::ServerOptions one_thread() {
    http::ServerOptions options;
    options.threads = 1;
    return options;
}

}  // namespace

PageStage::PageStage(const std::map<std::string, std::string>& gateway_environment)
    : worlds_file_(folder_.write("worlds.json", worlds(game_.url(), hostile_.url()))),
      collector_("collector", collector_options()),
      gateway_("api-gateway", gateway_options(gateway_environment)),
      gate_(gateway_.port()),
      deeds_{{"step", [this] { game_.step(60); }},
             {"cut-connections", [this] { gate_.cut(); }},
             {"restore-connections", [this] { gate_.resume(); }},
             {"kill-gateway", [this] { gateway_.kill(); }},
             {"start-gateway", [this] { gateway_.start(); }},
             {"stop-postgres", [this] { postgres_.stop(); }},
             {"start-postgres", [this] { postgres_.start(); }},
             {"kill-collector", [this] { collector_.kill(); }},
             {"start-collector", [this] { collector_.start(); }}},
      director_(one_thread(), routes()) {}

std::map<std::string, std::string> PageStage::environment(const std::string& role) const {
    return {{"METRICS_COLLECTION_INTERVAL", "1"},
            {"DATABASE_URL", postgres_.url("watchtower", role)},
            {"REDIS_URL", redis_.url()},
            {"NATS_URL", nats_.url()}};
}

Service::Options PageStage::collector_options() const {
    auto all = environment("watchtower");
    all.emplace("CCC_WORLDS_FILE", worlds_file_);
    return {.environment = std::move(all), .listener = "management-port", .wait_for = "/ready"};
}

Service::Options PageStage::gateway_options(const std::map<std::string, std::string>& more) const {
    auto all = environment("watchtower_reader");
    all.insert(more.begin(), more.end());
    return {.environment = std::move(all), .wait_for = "/ready"};
}

std::vector<http::Route> PageStage::routes() {
    const auto deed = [this](const http::Request& request) {
        const auto found = deeds_.find(request.path_parameter("deed"));
        if (found == deeds_.end()) {
            throw BadInput("there is no such deed");
        }
        found->second();
        return http::Reply::text("done");
    };
    std::vector<http::Route> routes = {{http::Method::post, "/do/{deed}", deed, "Does it", {}}};
    for (const std::string path : {"/nomads", "/resources", "/dwellings", "/combat/stats", "/events"}) {
        const auto script = [this, path](const http::Request& request) {
            hostile_.answer(path, request.body);
            return http::Reply::text("done");
        };
        routes.push_back({http::Method::post, "/game" + path, script, "What the hostile world answers", {}});
    }
    return routes;
}

testing::AssertionResult PageStage::passes(const std::string& script) {
    const auto output = folder_.path() / "output";
    Process process({.command = {"node", WATCHTOWER_BROWSER_SCRIPTS "/" + script},
                     .environment = {{"PAGE", local(gate_.port())},
                                     {"DIRECTOR", local(director_.port())},
                                     {"PACKAGES", WATCHTOWER_BROWSER_PACKAGES}},
                     .output = output,
                     .user = {},
                     .folder = folder_.path()});
    const auto code = process.wait(kScriptDeadline);
    if (code == 0) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << script << (code ? " failed:\n" : " did not end:\n") << process.output();
}

}  // namespace watchtower::test
