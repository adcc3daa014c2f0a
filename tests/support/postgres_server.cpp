#include "tests/support/postgres_server.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pqxx/pqxx>

namespace watchtower::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
namespace fs = std::filesystem;

/// Part of the template's name: another recipe is another template.
constexpr auto kRecipe = "2";

void run_to_end(const Process::Options& options) {
    Process process(options);
    if (const auto status = process.wait(seconds(60)); status != 0) {
        throw std::runtime_error(options.command[0] + " failed: " + process.output());
    }
}

void give_to(const std::string& user, const fs::path& path) {
    if (user.empty()) {
        return;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a test's fixtures start in one thread
    const passwd* entry = ::getpwnam(user.c_str());
    if (entry == nullptr || ::chown(path.c_str(), entry->pw_uid, entry->pw_gid) != 0) {
        throw std::runtime_error("cannot give " + path.string() + " to " + user);
    }
}

/// In memory where there is plenty: a cluster is a thousand files, and making and removing those again and again is
/// slow on some file systems.
fs::path parent_of_clusters() {
    constexpr std::uintmax_t kPlenty = 1ULL << 30U;
    std::error_code absent;
    const fs::space_info memory = fs::space("/dev/shm", absent);
    const bool usable = !absent && memory.available >= kPlenty && ::access("/dev/shm", W_OK | X_OK) == 0;
    return usable ? fs::path("/dev/shm") : fs::temp_directory_path();
}

/// initdb, the roles and the database: once, in `folder`, which is new and empty.
void make_cluster(const fs::path& folder, const std::string& user) {
    give_to(user, folder);
    const fs::path log = folder / "log";
    const fs::path data = folder / "data";
    run_to_end({.command = {"initdb",
                            "--pgdata=" + data.string(),
                            "--username=postgres",
                            "--auth=trust",
                            "--encoding=UTF8",
                            "--locale=C.UTF-8",
                            "--wal-segsize=1",
                            "--no-sync",
                            "--no-instructions"},
                .environment = {},
                .output = log,
                .user = user,
                .folder = folder});
    // Without the databases that no test needs, and without the log of making it, a copy is half as big.
    const std::string script =
        "set -e; single() { \"$POSTGRES\" --single -F -D data \"$1\"; }\n"
        "printf '%s\\n' 'CREATE ROLE watchtower LOGIN' 'CREATE ROLE watchtower_reader LOGIN'"
        " 'CREATE DATABASE watchtower OWNER watchtower' | single postgres\n"
        "printf '%s\\n' 'DROP DATABASE postgres' 'ALTER DATABASE template0 IS_TEMPLATE false'"
        " 'DROP DATABASE template0' | single watchtower\n"
        "\"$RESETWAL\" --pgdata=data\n";
    run_to_end({.command = {"sh", "-c", script},
                .environment = {{"POSTGRES", find_program("postgres")}, {"RESETWAL", find_program("pg_resetwal")}},
                .output = log,
                .user = user,
                .folder = folder});
}

/// A lock file held while this object lives.
class FileLock {
public:
    explicit FileLock(const fs::path& path)
        : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
        if (fd_ < 0 || ::flock(fd_, LOCK_EX) != 0) {
            throw std::runtime_error("cannot lock " + path.string());
        }
    }
    ~FileLock() { ::close(fd_); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int fd_;
};

/// The folder of a cluster to copy from, made by the first test of this user on this machine.
fs::path template_cluster(const std::string& user) {
    const std::string name = "watchtower-postgres-" + std::to_string(::geteuid()) + "-" + kRecipe;
    const fs::path home = fs::temp_directory_path() / name;
    const FileLock lock(home.string() + ".lock");
    struct stat found {};
    if (::lstat(home.c_str(), &found) == 0) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): a test's fixtures start in one thread
        const passwd* owner = ::getpwuid(found.st_uid);
        const bool ours = found.st_uid == ::geteuid() || (owner != nullptr && owner->pw_name == user);
        if (!S_ISDIR(found.st_mode) || !ours) {
            throw std::runtime_error(home.string() + " is not ours");
        }
        return home / "data";
    }
    std::string making = home.string() + "-XXXXXX";
    if (::mkdtemp(making.data()) == nullptr) {
        throw std::runtime_error("cannot make a folder like " + making);
    }
    try {
        make_cluster(making, user);
    } catch (...) {
        fs::remove_all(making);
        throw;
    }
    fs::rename(making, home);
    return home / "data";
}

struct Kin {
    char state = 'X';
    pid_t parent = 0;
};

/// What /proc says of a process; state X when there is none.
Kin look_at(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string stat;
    std::getline(file, stat);
    Kin kin;
    const auto end_of_name = stat.rfind(')');  // the name may hold anything
    if (end_of_name != std::string::npos) {
        std::istringstream(stat.substr(end_of_name + 1)) >> kin.state >> kin.parent;
    }
    return kin;
}

/// The children of a process, by a look through /proc: not every kernel lists them.
std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        const bool process = std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (process && look_at(name).parent == parent) {
            children.push_back(std::stoi(name));
        }
    }
    return children;
}

bool has_ended(pid_t pid) {
    const char state = look_at(std::to_string(pid)).state;
    return state == 'X' || state == 'Z';
}

}  // namespace

PostgresServer::PostgresServer(Options options)
    : options_(std::move(options)),
      folder_(parent_of_clusters()),
      user_(::geteuid() == 0 ? "postgres" : "") {
    const fs::path from = template_cluster(user_);
    give_to(user_, folder_.path());
    run_to_end({.command = {"cp", "-a", "--reflink=auto", from.string(), (folder_.path() / "data").string()},
                .environment = {},
                .output = folder_.path() / "copy.log",
                .user = "",
                .folder = {}});
    if (options_.passwords) {
        std::ofstream(folder_.path() / "data" / "pg_hba.conf") << "local all all trust\n"
                                                                  "host all all 127.0.0.1/32 scram-sha-256\n";
    }
    for (int attempt = 0; attempt < 5; ++attempt) {
        port_ = free_port();
        process_.emplace(Process::Options{command(), {}, folder_.path() / "log", user_, folder_.path()});
        if (wait_until_ready(seconds(60))) {
            return;
        }
        if (log().find("could not create any TCP/IP sockets") == std::string::npos) {
            break;  // not somebody who took the port first
        }
    }
    throw std::runtime_error("postgres does not start: " + log());
}

PostgresServer::~PostgresServer() {
    try {
        if (process_ && process_->running()) {
            thaw();
            process_->signal(SIGQUIT);  // at once, but its shared memory goes with it
            (void)process_->wait(seconds(10));
        }
    } catch (const std::exception&) {
        process_.reset();
    }
}

std::vector<std::string> PostgresServer::command() const {
    const std::string durable = options_.durable ? "on" : "off";
    std::vector<std::string> settings = {"listen_addresses=127.0.0.1",
                                         "port=" + std::to_string(port_),
                                         "unix_socket_directories=" + folder_.path().string(),
                                         "unix_socket_permissions=0777",
                                         "fsync=" + durable,
                                         "full_page_writes=" + durable,
                                         "synchronous_commit=" + durable,
                                         "shared_buffers=16MB",
                                         "dynamic_shared_memory_type=mmap",
                                         "max_connections=50",
                                         "min_wal_size=2MB",
                                         "max_wal_size=128MB",
                                         "timezone=UTC",
                                         "log_timezone=UTC",
                                         "logging_collector=off"};
    settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
    std::vector<std::string> result = {"postgres", "-D", (folder_.path() / "data").string()};
    for (const auto& setting : settings) {
        result.insert(result.end(), {"-c", setting});
    }
    return result;
}

std::string PostgresServer::url(const std::string& database, const std::string& user) const {
    return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string PostgresServer::url_through(int port, const std::string& user) const {
    return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port) + "/watchtower";
}

std::string PostgresServer::socket_url(const std::string& database, const std::string& user) const {
    return "postgresql:///" + database + "?host=" + folder_.path().string() + "&port=" + std::to_string(port_) +
           "&user=" + user;
}

void PostgresServer::run(const std::string& sql, const std::string& database) const {
    pqxx::connection connection(socket_url(database, "postgres"));
    const pqxx::quiet_errorhandler quiet(connection);
    pqxx::nontransaction(connection).exec(sql);
}

std::string PostgresServer::ask(const std::string& sql, const std::string& database) const {
    pqxx::connection connection(socket_url(database, "postgres"));
    const pqxx::quiet_errorhandler quiet(connection);
    const pqxx::result result = pqxx::nontransaction(connection).exec(sql);
    return result.empty() ? std::string() : result[0][0].as<std::string>("");
}

void PostgresServer::create_database(const std::string& name) const {
    run("CREATE DATABASE \"" + name + "\" OWNER watchtower");
}

void PostgresServer::stop() {
    thaw();
    process_->signal(SIGINT);
    if (!process_->wait(seconds(20))) {
        throw std::runtime_error("postgres does not stop: " + log());
    }
}

void PostgresServer::start() {
    process_.emplace(Process::Options{command(), {}, folder_.path() / "log", user_, folder_.path()});
    if (!wait_until_ready(seconds(60))) {
        throw std::runtime_error("postgres does not start again: " + log());
    }
}

void PostgresServer::kill() {
    freeze();  // so that no new child appears
    const std::vector<pid_t> all = processes();
    for (const pid_t pid : all) {
        ::kill(pid, SIGKILL);
    }
    (void)process_->wait(seconds(10));
    // While one holds the shared memory, the next server refuses to start.
    const auto end = std::chrono::steady_clock::now() + seconds(10);
    while (!std::all_of(all.begin(), all.end(), has_ended) && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(milliseconds(2));
    }
}

void PostgresServer::freeze() {
    std::set<pid_t> stopped;
    for (std::size_t before = 1; before != stopped.size();) {  // the first is the postmaster: then none is born
        before = stopped.size();
        for (const pid_t pid : processes()) {
            ::kill(pid, SIGSTOP);
            stopped.insert(pid);
        }
    }
}

void PostgresServer::thaw() {
    if (process_->running()) {
        for (const pid_t pid : processes()) {
            ::kill(pid, SIGCONT);
        }
    }
}

std::string PostgresServer::log() const {
    return process_ ? process_->output() : std::string();
}

bool PostgresServer::wait_until_ready(milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (process_->running() && std::chrono::steady_clock::now() < end) {
        try {
            run("SELECT 1");
            return true;
        } catch (const pqxx::broken_connection&) {
            std::this_thread::sleep_for(milliseconds(10));
        }
    }
    return false;
}

std::vector<pid_t> PostgresServer::processes() const {
    std::vector<pid_t> all = children_of(process_->pid());
    all.insert(all.begin(), process_->pid());
    return all;
}

}  // namespace watchtower::test
