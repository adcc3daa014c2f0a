#include "tests/support/service.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace watchtower::test {

namespace {

constexpr std::chrono::seconds kStartDeadline{20};

std::string program(const std::string& name) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / ("watchtower-" + name);
}

Process::Options process_options(const std::string& name,
                                 const TemporaryFolder& folder,
                                 const std::vector<std::string>& arguments,
                                 const std::map<std::string, std::string>& environment) {
    Process::Options options{.command = {program(name), "--log-format=json"},
                             .environment = environment,
                             .output = folder.path() / "output",
                             .user = {},
                             .folder = folder.path()};
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    return options;
}

std::vector<std::string> with_free_port(std::vector<std::string> arguments, const std::string& listener) {
    arguments.push_back("--" + listener + "=0");
    return arguments;
}

}  // namespace

Service::Service(const std::string& name, Options options)
    : process_(
          process_options(name, folder_, with_free_port(options.arguments, options.listener), options.environment)) {
    std::replace(options.listener.begin(), options.listener.end(), '-', '_');
    port_ = wait_for_port(options.listener);
}

int Service::wait_for_port(const std::string& listener) {
    const auto end = std::chrono::steady_clock::now() + kStartDeadline;
    const std::string key = "\"" + listener + "\":";
    for (;;) {
        const bool running = process_.running();
        const std::string log = process_.output();
        const std::size_t event = log.find("\"event\":\"listening\"");
        const std::size_t at = event == std::string::npos ? event : log.find(key, event);
        if (at != std::string::npos && log.find('\n', at) != std::string::npos) {
            return std::stoi(log.substr(at + key.size()));
        }
        if (!running || std::chrono::steady_clock::now() > end) {
            throw std::runtime_error("the service did not start: " + log);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

http::FetchResult Service::get(const std::string& path, std::vector<http::Pair> headers) {
    http::FetchOptions options;
    options.headers = std::move(headers);
    return client_.get("http://127.0.0.1:" + std::to_string(port_) + path, options);
}

Ended run_to_end(const std::string& name,
                 const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment) {
    const TemporaryFolder folder;
    Process process(process_options(name, folder, arguments, environment));
    const auto code = process.wait(std::chrono::seconds(10));
    return {code, process.output()};
}

}  // namespace watchtower::test
