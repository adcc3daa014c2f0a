#pragma once

#include <exception>
#include <optional>

#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"

namespace watchtower {

/// The whole of a process's main: options, log, stop signal before any thread, App, wait. An App starts with its
/// construction and stops with its destruction. `read_options(argc, argv, options)` gives an exit code when the process
/// is to end. Options has a member `log`. Returns main's exit code: 0 after a stop, 1 when the App cannot start.
template <typename App, typename Options>
int run_service(int argc, char** argv, std::optional<int> (*read_options)(int, char**, Options&)) {
    Options options;
    if (const auto code = read_options(argc, argv, options)) {
        return *code;
    }
    log::start(options.log);
    try {
        StopSignal stop;
        const App app(options);
        stop.wait();
        log::info("stopping");
    } catch (const std::exception& error) {
        log::error("failed", {{"error", error.what()}});
        return 1;
    }
    return 0;
}

}  // namespace watchtower
