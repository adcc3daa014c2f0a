#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace watchtower::metrics {

enum class FamilyType { counter, gauge, histogram, summary, untyped };

/// One label of a sample. The name is ours and must match [a-zA-Z_][a-zA-Z0-9_]*; the value may be anything.
struct Label {
    std::string_view name;
    std::string_view value;
};

/// Writes the Prometheus text format 0.0.4. What it writes is always valid, whatever stands in HELP and label values:
/// backslash, newline and quote are escaped, bytes that are not UTF-8 become U+FFFD one by one. Not thread-safe.
class TextWriter {
public:
    /// Appends to `out`, which must outlive it.
    explicit TextWriter(std::string& out) : out_(out) {}

    /// HELP and TYPE. All samples of the family follow before the next family.
    void append_family(std::string_view name, FamilyType type, std::string_view help);

    /// One sample. Integers are written exactly, doubles with the fewest digits that read back as the same.
    template <std::integral T>
    void append_sample(std::string_view name, std::span<const Label> labels, T value) {
        append_name(name, labels);
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        out_.append(digits, end) += '\n';
    }
    void append_sample(std::string_view name, std::span<const Label> labels, double value);

    template <typename T>
    void append_sample(std::string_view name, std::initializer_list<Label> labels, T value) {
        append_sample(name, std::span<const Label>(labels.begin(), labels.size()), value);
    }

private:
    void append_name(std::string_view name, std::span<const Label> labels);
    void append_escaped(std::string_view text, bool quotes);

    std::string& out_;
};

/// "0.25", "1e+22", "+Inf", "NaN": as the format wants doubles.
[[nodiscard]] std::string number_text(double value);

}  // namespace watchtower::metrics
