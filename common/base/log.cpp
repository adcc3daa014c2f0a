#include "common/base/log.hpp"

#include <charconv>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "common/base/clock.hpp"

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
    static auto* const instance = new Logger;
    return *instance;
}

/// JSON string escapes; bytes that are not UTF-8 become U+FFFD one by one, so that a line is always valid.
void append_quoted(std::string& out, std::string_view text) {
    const auto sequence_length = [&](std::size_t at) -> std::size_t {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
        const unsigned char lead = byte(at);
        const std::size_t length = lead < 0x80                   ? 1
                                   : lead >= 0xF0 && lead < 0xF5 ? 4
                                   : lead >= 0xE0 && lead < 0xF0 ? 3
                                   : lead >= 0xC2 && lead < 0xE0 ? 2
                                                                 : 0;
        if (length == 0 || at + length > text.size()) {
            return 0;
        }
        for (std::size_t i = 1; i < length; ++i) {
            if ((byte(at + i) & 0xC0U) != 0x80U) {
                return 0;
            }
        }
        return length;
    };
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = sequence_length(i);
        const char c = text[i];
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            ++i;
            continue;
        }
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
            out += code;
        } else {
            out.append(text, i, length);
        }
        i += length;
    }
    out += '"';
}

void append_value(std::string& out, const Field::Value& value) {
    std::visit(
        [&out](const auto& v) {
            using V = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<V, std::string_view>) {
                append_quoted(out, v);
            } else if constexpr (std::is_same_v<V, bool>) {
                out += v ? "true" : "false";
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
        append_quoted(line, event);
        for (const Field& field : fields) {
            line += ',';
            append_quoted(line, field.key);
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
