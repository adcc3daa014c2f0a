#include "tests/support/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace watchtower::test {

namespace {

/// What the child does between fork and exec; only async-signal-safe calls.
[[noreturn]] void run_child(const Process::Options& options,
                            const passwd* user,
                            const std::string& program,
                            char* const* arguments,
                            char* const* environment) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int out = ::open(
        options.output.empty() ? "/dev/null" : options.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    if (user != nullptr &&
        (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
        ::_exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // setuid clears it
    if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) {
        ::_exit(126);
    }
    ::execve(program.c_str(), arguments, environment);
    ::_exit(127);
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
    std::map<std::string, std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text(*entry);
        all[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    for (const auto& [name, value] : added) {
        all[name] = value;
    }
    std::vector<std::string> lines;
    lines.reserve(all.size());
    for (const auto& [name, value] : all) {
        lines.emplace_back(name).append("=").append(value);
    }
    return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (auto& text : texts) {
        result.push_back(text.data());
    }
    result.push_back(nullptr);
    return result;
}

}  // namespace

Process::Process(const Options& options) : output_(options.output) {
    const std::string program = find_program(options.command.at(0)).string();
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a test starts its servers from one thread
    const passwd* user = options.user.empty() ? nullptr : ::getpwnam(options.user.c_str());
    if (!options.user.empty() && user == nullptr) {
        throw std::runtime_error("no user " + options.user);
    }
    std::vector<std::string> arguments = options.command;
    arguments[0] = program;  // PostgreSQL's programs find each other by it
    std::vector<std::string> environment = merged_environment(options.environment);
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(environment);
    pid_ = ::fork();
    if (pid_ == 0) {
        run_child(options, user, program, argument_pointers.data(), environment_pointers.data());
    }
    if (pid_ < 0) {
        throw std::runtime_error("fork: " + std::generic_category().message(errno));
    }
}

Process::~Process() {
    if (running()) {
        signal(SIGKILL);
        (void)wait(std::chrono::seconds(10));
    }
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      output_(std::move(other.output_)) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    std::swap(output_, other.output_);
    return *this;
}

bool Process::running() {
    return pid_ > 0 && !wait(std::chrono::milliseconds(0));
}

void Process::signal(int number) const {
    if (pid_ > 0 && !status_) {
        ::kill(pid_, number);
    }
}

std::optional<int> Process::wait(std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!status_ && pid_ > 0) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        } else if (std::chrono::steady_clock::now() >= end) {
            break;
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    return status_;
}

int Process::stop(std::chrono::milliseconds deadline) {
    signal(SIGTERM);
    if (const auto status = wait(deadline)) {
        return *status;
    }
    signal(SIGKILL);
    return wait(std::chrono::seconds(10)).value_or(-1);
}

std::string Process::output() const {
    std::ostringstream text;
    text << std::ifstream(output_, std::ios::binary).rdbuf();
    return text.str();
}

std::filesystem::path find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return name;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no test changes the environment while it starts servers
    const char* path = std::getenv("PATH");
    std::istringstream folders(std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/lib/postgresql/15/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        auto candidate = std::filesystem::path(folder) / name;
        if (::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    throw std::runtime_error("no program '" + name + "' on this machine: `make deps` installs what the tests need");
}

int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(fd);
    if (!bound) {
        throw std::runtime_error("no free port");
    }
    return ntohs(address.sin_port);
}

}  // namespace watchtower::test
