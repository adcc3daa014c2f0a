#include "tests/support/simulator.hpp"

#include <stdexcept>

namespace watchtower::test {

Simulator::Simulator(Options options) : options_(std::move(options)) {
    options_.flags.try_emplace("sim-speed", "0");
    start();
}

std::vector<std::string> Simulator::command() {
    const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    std::vector<std::string> words = {
        (programs / "watchtower-ccc-simulator").string(), "--port", std::to_string(port()), "--log-format", "json"};
    for (const auto& [name, value] : options_.flags) {
        words.emplace_back("--").append(name).append("=").append(value);
    }
    return words;
}

bool Simulator::is_ready(pid_t) {
    if (port() == 0) {
        // The log says which port it got.
        const std::string log = output();
        const std::string key = R"("port":)";
        const std::size_t at = log.find(key, std::min(log.find(R"("event":"started")"), log.size()));
        if (at == std::string::npos || log.find('\n', at) == std::string::npos) {
            return false;
        }
        set_port(std::stoi(log.substr(at + key.size())));
    }
    return get("/health").status == 200;
}

std::string Simulator::url(const std::string& world) const {
    return "http://127.0.0.1:" + std::to_string(port()) + (world.empty() ? "" : "/worlds/" + world);
}

http::FetchResult Simulator::get(const std::string& path, std::vector<http::Pair> headers) {
    http::FetchOptions options;
    options.headers = std::move(headers);
    return client_.get(url() + path, options);
}

http::FetchResult Simulator::post(const std::string& path, const std::string& body, std::vector<http::Pair> headers) {
    http::FetchOptions options;
    options.headers = std::move(headers);
    return client_.post(url() + path, body, options);
}

void Simulator::expect_ok(const std::string& what, const http::FetchResult& result) const {
    if (result.status != 200) {
        throw std::runtime_error("simulator: " + what + ": " + std::to_string(result.status) + " " + result.reason +
                                 result.body);
    }
}

void Simulator::step(int seconds) {
    expect_ok("step", post("/admin/step?seconds=" + std::to_string(seconds)));
}

void Simulator::reset() {
    expect_ok("reset", post("/admin/reset"));
}

void Simulator::set_faults(const std::string& faults) {
    expect_ok("faults", post("/admin/faults", faults));
}

std::string Simulator::truth(const std::string& world) {
    auto result = get("/truth" + (world.empty() ? "" : "?world=" + world));
    expect_ok("truth", result);
    return std::move(result.body);
}

}  // namespace watchtower::test
