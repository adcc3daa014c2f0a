#include "tests/soak/watch.hpp"

#include <sstream>
#include <utility>

#include "common/base/stop_signal.hpp"

namespace watchtower::test {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenLooks{200};
constexpr milliseconds kPulse{20};
constexpr milliseconds kStandstill{100};

bool is_counter(const std::string& line) {
    return line.starts_with("ccc_") && line.substr(0, line.find_first_of("{ ")).ends_with("_total");
}

TimePoint now() {
    return SystemClock().now();
}

}  // namespace

Watch::Watch(std::map<std::string, int> readers)
    : readers_(std::move(readers)),
      looking_([this](const std::stop_token& stop) { look_on(stop); }),
      pulse_([this](const std::stop_token& stop) { feel_the_pulse(stop); }) {}

Watch::~Watch() = default;

void Watch::look(const std::string& reader, int port) {
    http::FetchOptions options;
    options.timeout = milliseconds(1'000);
    const auto answer = client_.get("http://127.0.0.1:" + std::to_string(port) + "/metrics", options);
    if (answer.status != 200) {
        return;
    }
    const std::lock_guard lock(mutex_);
    ++looks_;
    std::istringstream lines(answer.body);
    for (std::string line; std::getline(lines, line);) {
        if (!is_counter(line)) {
            continue;
        }
        const std::size_t space = line.rfind(' ');
        const double value = std::stod(line.substr(space + 1));
        double& highest = highest_.try_emplace(reader + " " + line.substr(0, space), value).first->second;
        if (value < highest) {
            std::string fall = reader;
            fall.append(": ").append(line).append(" after ").append(std::to_string(highest));
            falls_.push_back({now(), std::move(fall)});
        }
        highest = value;
    }
}

void Watch::look_on(const std::stop_token& stop) {
    while (wait_for(stop, kBetweenLooks)) {
        for (const auto& [reader, port] : readers_) {
            look(reader, port);
        }
    }
}

void Watch::feel_the_pulse(const std::stop_token& stop) {
    for (TimePoint before = now(); wait_for(stop, kPulse);) {
        const TimePoint after = now();
        if (after - before > kPulse + kStandstill) {
            const std::lock_guard lock(mutex_);
            standstills_.push_back({before, after});
        }
        before = after;
    }
}

std::vector<Watch::Fall> Watch::falls() const {
    const std::lock_guard lock(mutex_);
    return falls_;
}

std::vector<Standstill> Watch::standstills() const {
    const std::lock_guard lock(mutex_);
    return standstills_;
}

std::size_t Watch::looks() const {
    const std::lock_guard lock(mutex_);
    return looks_;
}

}  // namespace watchtower::test
