#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "services/ccc-simulator/app.hpp"

int main(int argc, char** argv) {
    using namespace watchtower;
    simulator::Options options;
    if (const auto code = simulator::read_options(argc, argv, options)) {
        return *code;
    }
    log::start(options.log);
    try {
        StopSignal stop;
        const simulator::App app(options);
        stop.wait();
        log::info("stopping");
    } catch (const std::exception& error) {
        log::error("failed", {{"error", error.what()}});
        return 1;
    }
    return 0;
}
