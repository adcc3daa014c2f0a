#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "services/publisher/app.hpp"

int main(int argc, char** argv) {
    using namespace watchtower;
    publisher::Options options;
    if (const auto code = publisher::read_options(argc, argv, options)) {
        return *code;
    }
    log::start(options.log);
    try {
        StopSignal stop;
        const publisher::App app(options);
        stop.wait();
        log::info("stopping");
    } catch (const std::exception& error) {
        log::error("failed", {{"error", error.what()}});
        return 1;
    }
    return 0;
}
