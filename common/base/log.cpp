#include "common/base/log.hpp"

#include <charconv>
#include <cmath>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "common/base/clock.hpp"
#include "common/base/json_text.hpp"

namespace watchtower::log {

namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            break;
    }
    return spdlog::level::err;
}

const char* to_text(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            break;
    }
    return "error";
}

/// spdlog's logger is never shut down: threads that end late may still log.
struct Logger {
    std::string service = "watchtower";
    Format format = Format::text;
    spdlog::logger sink{"watchtower", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

    Logger() {
        sink.set_pattern("%v");
        sink.flush_on(spdlog::level::trace);
    }
};

Logger& logger() {
    static Logger& instance = *new Logger;
    return instance;
}

void append_value(std::string& out, const Field::Value& value) {
    std::visit(
        [&out](const auto& v) {
            using V = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<V, std::string_view>) {
                append_json_string(out, v);
            } else if constexpr (std::is_same_v<V, bool>) {
                out += v ? "true" : "false";
            } else if (std::is_floating_point_v<V> && !std::isfinite(static_cast<double>(v))) {
                out += "null";
            } else {
                char digits[40];
                const auto result = std::to_chars(digits, digits + sizeof digits, v);
                out.append(digits, result.ptr);
            }
        },
        value);
}

void write(Level level, std::string_view event, Fields fields) {
    Logger& log = logger();
    if (log.sink.should_log(to_spdlog(level))) {
        log.sink.log(to_spdlog(level),
                     spdlog::string_view_t(
                         format_line(log.format, to_rfc3339(SystemClock().now()), level, log.service, event, fields)));
    }
}

}  // namespace

Format default_format() {
    return ::isatty(STDERR_FILENO) == 1 ? Format::text : Format::json;
}

void start(const Options& options) {
    logger().service = options.service;
    logger().format = options.format;
    logger().sink.set_level(to_spdlog(options.level));
}

std::string format_line(Format format,
                        std::string_view timestamp,
                        Level level,
                        std::string_view service,
                        std::string_view event,
                        Fields fields) {
    std::string line;
    if (format == Format::json) {
        line.append(R"({"ts":")").append(timestamp).append(R"(","level":")").append(to_text(level));
        line.append(R"(","service":")").append(service).append(R"(","event":)");
        append_json_string(line, event);
        for (const Field& field : fields) {
            line += ',';
            append_json_string(line, field.key);
            line += ':';
            append_value(line, field.value);
        }
        line += '}';
        return line;
    }
    line.append(timestamp).append(" ").append(to_text(level)).append(" ").append(service).append(" ").append(event);
    for (const Field& field : fields) {
        line.append(" ").append(field.key).append("=");
        append_value(line, field.value);
    }
    return line;
}

void debug(std::string_view event, Fields fields) {
    write(Level::debug, event, fields);
}
void info(std::string_view event, Fields fields) {
    write(Level::info, event, fields);
}
void warn(std::string_view event, Fields fields) {
    write(Level::warn, event, fields);
}
void error(std::string_view event, Fields fields) {
    write(Level::error, event, fields);
}

}  // namespace watchtower::log
