#include "tests/support/local_server.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace watchtower::test {

namespace {

constexpr std::chrono::seconds kStartDeadline{20};

/// The letter of /proc/<pid>/stat: R running, S sleeping, T stopped.
char state_of(pid_t pid) {
    std::string line;
    std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), line);
    const auto name_end = line.rfind(") ");
    return name_end == std::string::npos || name_end + 2 >= line.size() ? '?' : line[name_end + 2];
}

void wait_briefly() {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

}  // namespace

void LocalServer::start() {
    process_.emplace(Process::Options{.command = command(),
                                      .environment = environment(),
                                      .output = folder() / "output",
                                      .user = {},
                                      .folder = folder()});
    const auto end = std::chrono::steady_clock::now() + kStartDeadline;
    while (!is_ready(process_->pid())) {
        if (!process_->running() || std::chrono::steady_clock::now() > end) {
            throw std::runtime_error("the server did not start: " + process_->output());
        }
        wait_briefly();
    }
}

int LocalServer::stop() {
    return process_ ? process_->stop() : 0;
}

void LocalServer::kill() {
    if (process_) {
        process_->signal(SIGKILL);
        (void)process_->wait(std::chrono::seconds(10));
    }
}

void LocalServer::freeze() {
    process_->signal(SIGSTOP);
    while (process_->running() && state_of(process_->pid()) != 'T') {
        wait_briefly();
    }
}

void LocalServer::thaw() {
    process_->signal(SIGCONT);
}

}  // namespace watchtower::test
