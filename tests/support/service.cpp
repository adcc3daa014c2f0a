#include "tests/support/service.hpp"

#include <algorithm>
#include <utility>

namespace watchtower::test {

namespace {

std::string program(const std::string& name) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / ("watchtower-" + name);
}

}  // namespace

Service::Service(std::string name, Options options) : name_(std::move(name)), options_(std::move(options)) {
    start();
}

std::vector<std::string> Service::command() {
    std::vector<std::string> words = {program(name_), "--log-format=json"};
    words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
    // Both flags are given where there are two listeners; a program with one knows only that one.
    words.push_back("--" + options_.listener + "=" + std::to_string(port()));
    if (name_ == "api-gateway") {
        words.emplace_back(options_.listener == "port" ? "--management-port=0" : "--port=0");
    }
    return words;
}

int Service::port_of(const std::string& listener) const {
    const std::string log = output();
    const std::size_t event = log.rfind(R"("event":"listening")");
    std::string key = "\"" + listener + "\":";
    std::replace(key.begin(), key.end(), '-', '_');
    const std::size_t at = event == std::string::npos ? event : log.find(key, event);
    return at == std::string::npos || log.find('\n', at) == std::string::npos ? 0
                                                                              : std::stoi(log.substr(at + key.size()));
}

bool Service::is_ready(pid_t) {
    if (port() == 0) {
        set_port(port_of(options_.listener));
    }
    return port() != 0 && (options_.wait_for.empty() || get(options_.wait_for).status == 200);
}

http::FetchResult Service::get(const std::string& path, std::vector<http::Pair> headers) {
    http::FetchOptions options;
    options.headers = std::move(headers);
    return client_.get("http://127.0.0.1:" + std::to_string(port()) + path, options);
}

http::FetchResult Service::post(const std::string& path, std::vector<http::Pair> headers, const std::string& body) {
    http::FetchOptions options;
    options.headers = std::move(headers);
    return client_.post("http://127.0.0.1:" + std::to_string(port()) + path, body, options);
}

std::optional<double> Service::metric(const std::string& series) {
    const std::string text = "\n" + get("/metrics").body;
    const std::size_t at = text.find("\n" + series + " ");
    if (at == std::string::npos) {
        return std::nullopt;
    }
    return std::stod(text.substr(at + series.size() + 2));
}

Ended run_to_end(const std::string& name,
                 const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment) {
    const TemporaryFolder folder;
    std::vector<std::string> words = {program(name)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.emplace_back("--log-format=json");
    Process process({.command = std::move(words),
                     .environment = environment,
                     .output = folder.path() / "output",
                     .user = {},
                     .folder = folder.path()});
    const auto code = process.wait(std::chrono::seconds(30));
    return {code, process.output()};
}

}  // namespace watchtower::test
