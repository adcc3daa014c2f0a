#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <unistd.h>

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace {

/// The families of a text as prometheus-cpp keeps them. Label values without escapes only; histograms are left out.
class Copy {
public:
    explicit Copy(prometheus::Registry& registry) : registry_(registry) {}

    void take(const std::string& line) {
        if (line.starts_with("# HELP ")) {
            const std::size_t end = line.find(' ', 7);
            name_ = line.substr(7, end - 7);
            help_ = line.substr(end + 1);
        } else if (line.starts_with("# TYPE ")) {
            const bool counts = line.ends_with(" counter");
            counters_ = counts ? &prometheus::BuildCounter().Name(name_).Help(help_).Register(registry_) : nullptr;
            gauges_ = line.ends_with(" gauge") ? &prometheus::BuildGauge().Name(name_).Help(help_).Register(registry_)
                                               : nullptr;
        } else if (counters_ != nullptr || gauges_ != nullptr) {
            const double value = std::strtod(line.c_str() + line.rfind(' '), nullptr);
            if (counters_ != nullptr) {
                counters_->Add(labels(line)).Increment(value);
            } else {
                gauges_->Add(labels(line)).Set(value);
            }
            ++samples_;
        }
    }

    [[nodiscard]] std::size_t samples() const { return samples_; }

private:
    static std::map<std::string, std::string> labels(const std::string& line) {
        std::map<std::string, std::string> labels;
        std::size_t at = line.find('{');
        const std::size_t end = line.rfind('}');
        while (at != std::string::npos && at + 1 < end) {
            const std::size_t equals = line.find('=', at);
            const std::size_t close = line.find('"', equals + 2);
            labels[line.substr(at + 1, equals - at - 1)] = line.substr(equals + 2, close - equals - 2);
            at = close + 1;
        }
        return labels;
    }

    prometheus::Registry& registry_;
    std::string name_;
    std::string help_;
    prometheus::Family<prometheus::Counter>* counters_ = nullptr;
    prometheus::Family<prometheus::Gauge>* gauges_ = nullptr;
    std::size_t samples_ = 0;
};

}  // namespace

/// usage: watchtower-bench-exposer PORT THREADS FILE
/// prometheus-cpp's registry and server with the series of a Prometheus text.
int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: watchtower-bench-exposer PORT THREADS FILE\n";
        return 2;
    }
    const auto registry = std::make_shared<prometheus::Registry>();
    Copy copy(*registry);
    std::ifstream file(argv[3]);
    for (std::string line; std::getline(file, line);) {
        copy.take(line);
    }
    prometheus::Exposer exposer(std::string("127.0.0.1:") + argv[1], std::strtoul(argv[2], nullptr, 10));
    exposer.RegisterCollectable(registry);
    std::cout << copy.samples() << " samples\n" << std::flush;
    ::pause();
    return 0;
}
