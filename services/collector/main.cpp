#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "services/collector/app.hpp"

int main(int argc, char** argv) {
    using namespace watchtower;
    collector::Options options;
    if (const auto code = collector::read_options(argc, argv, options)) {
        return *code;
    }
    log::start(options.log);
    try {
        StopSignal stop;
        const collector::App app(options);
        stop.wait();
        log::info("stopping");
    } catch (const std::exception& error) {
        log::error("failed", {{"error", error.what()}});
        return 1;
    }
    return 0;
}
