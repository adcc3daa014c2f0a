#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace watchtower::log {

enum class Level { debug, info, warn, error };
enum class Format { text, json };

struct Options {
    std::string service;  ///< "collector": the field `service` of every line
    Level level = Level::info;
    Format format = Format::json;  ///< default_format() tells what suits stderr
};

/// text when stderr is a terminal, else json.
[[nodiscard]] Format default_format();

/// Sets up the process's log, on stderr. Before it, and without it, lines go out as text. Call it once, before threads.
void start(const Options& options);

/// One named value of an event. Text may hold anything: it is escaped, so that an event is always one line. Whoever
/// logs sees to it that no value holds a secret.
struct Field {
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;
    std::string_view key;
    Value value;

    template <typename T>
    Field(std::string_view field_key, const T& field_value) : key(field_key),
                                                              value(to_value(field_value)) {}

private:
    template <typename T>
    static Value to_value(const T& field_value) {
        if constexpr (std::is_same_v<T, bool> || std::is_floating_point_v<T>) {
            return field_value;
        } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
            return static_cast<std::int64_t>(field_value);
        } else if constexpr (std::is_integral_v<T>) {
            return static_cast<std::uint64_t>(field_value);
        } else {
            return std::string_view(field_value);
        }
    }
};
using Fields = std::initializer_list<Field>;

/// One event: a word to grep (`tick_stored`) and its details. Thread-safe.
void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

/// The line that would be written, without its end: exposed for tests.
[[nodiscard]] std::string format_line(Format format,
                                      std::string_view timestamp,
                                      Level level,
                                      std::string_view service,
                                      std::string_view event,
                                      Fields fields);

}  // namespace watchtower::log
