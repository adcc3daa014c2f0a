#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Inside of Configuration: the texts of options.
namespace watchtower {

/// "DATABASE_URL" is the flag "database-url".
[[nodiscard]] std::string to_flag(std::string_view name);

/// Without blanks and tabs around it.
[[nodiscard]] std::string trimmed(std::string_view text);

/// The number that is the whole text; nothing when it is not.
template <typename T>
[[nodiscard]] std::optional<T> parse_whole(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// The fewest digits that read back as the same number.
[[nodiscard]] std::string shortest(double value);

/// Throws BadInput that quotes the text when it is no number within the bounds (inclusive).
[[nodiscard]] double parse_number(const std::string& text, double least, double most);

/// "1048576", "64 KiB", "1GiB". Throws BadInput that quotes the text.
[[nodiscard]] std::uint64_t parse_bytes(const std::string& text);

/// Comma-separated, without empty entries.
[[nodiscard]] std::vector<std::string> split_list(const std::string& text);

[[nodiscard]] std::string join(const std::vector<std::string>& entries, const char* separator);

}  // namespace watchtower
