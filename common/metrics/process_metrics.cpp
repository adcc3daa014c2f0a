#include "common/metrics/process_metrics.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace watchtower::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct Usage {
    double cpu_seconds = 0;
    double start_seconds_after_boot = 0;
    double threads = 0;
    double virtual_bytes = 0;
    double resident_bytes = 0;
};

/// Of proc_pid_stat(5): utime and stime are fields 14 and 15, num_threads 20, starttime 22, vsize 23, rss 24.
std::optional<Usage> read_usage() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    // The second field is the program's name in parentheses and may hold blanks and parentheses.
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream fields(line.substr(name_end + 1));
    std::vector<std::string> values((std::istream_iterator<std::string>(fields)), std::istream_iterator<std::string>());
    constexpr std::size_t kFirstField = 3;
    if (values.size() <= 24 - kFirstField) {
        return std::nullopt;
    }
    const auto field = [&values](std::size_t number) { return std::stod(values[number - kFirstField]); };
    const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    return Usage{(field(14) + field(15)) / ticks_per_second,
                 field(22) / ticks_per_second,
                 field(20),
                 field(23),
                 field(24) * static_cast<double>(::sysconf(_SC_PAGESIZE))};
}

std::optional<double> read_boot_time() {
    std::ifstream file("/proc/stat");
    std::string key;
    while (file >> key) {
        double seconds = 0;
        if (key == "btime" && file >> seconds) {
            return seconds;
        }
        std::getline(file, key);
    }
    return std::nullopt;
}

std::optional<double> count_open_fds() {
    std::error_code error;
    std::filesystem::directory_iterator entry("/proc/self/fd", error);
    if (error) {
        return std::nullopt;
    }
    const auto count = std::distance(entry, std::filesystem::directory_iterator());
    return static_cast<double>(count - 1);  // without the one that reads the folder
}

std::optional<double> read_max_fds() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return std::nullopt;
    }
    return static_cast<double>(limit.rlim_cur);
}

void add(std::vector<MetricFamily>& families,
         const char* name,
         const char* help,
         MetricType type,
         std::optional<double> value) {
    if (!value) {
        return;
    }
    ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = *value;
    families.push_back({name, help, type, {metric}});
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
    std::vector<MetricFamily> families;
    if (const auto usage = read_usage()) {
        add(families,
            "process_resident_memory_bytes",
            "Resident memory size in bytes.",
            MetricType::Gauge,
            usage->resident_bytes);
        add(families,
            "process_virtual_memory_bytes",
            "Virtual memory size in bytes.",
            MetricType::Gauge,
            usage->virtual_bytes);
        add(families, "process_threads", "Number of threads.", MetricType::Gauge, usage->threads);
        add(families,
            "process_cpu_seconds_total",
            "Total user and system CPU time spent in seconds.",
            MetricType::Counter,
            usage->cpu_seconds);
        if (const auto boot = read_boot_time()) {
            add(families,
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                MetricType::Gauge,
                *boot + usage->start_seconds_after_boot);
        }
    }
    add(families, "process_open_fds", "Number of open file descriptors.", MetricType::Gauge, count_open_fds());
    add(families, "process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge, read_max_fds());
    return families;
}

}  // namespace watchtower::metrics
