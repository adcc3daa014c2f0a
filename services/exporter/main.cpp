#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "services/exporter/app.hpp"

int main(int argc, char** argv) {
    using namespace watchtower;
    exporter::Options options;
    if (const auto code = exporter::read_options(argc, argv, options)) {
        return *code;
    }
    log::start(options.log);
    try {
        StopSignal stop;
        const exporter::App app(options);
        stop.wait();
        log::info("stopping");
    } catch (const std::exception& error) {
        log::error("failed", {{"error", error.what()}});
        return 1;
    }
    return 0;
}
