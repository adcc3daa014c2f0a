#include "common/metrics/text.hpp"

#include <cmath>

#include "common/base/utf8.hpp"

namespace watchtower::metrics {

namespace {

std::string_view to_text(FamilyType type) {
    switch (type) {
        case FamilyType::counter:
            return "counter";
        case FamilyType::gauge:
            return "gauge";
        case FamilyType::histogram:
            return "histogram";
        case FamilyType::summary:
            return "summary";
        case FamilyType::untyped:
            break;
    }
    return "untyped";
}

}  // namespace

void TextWriter::append_family(std::string_view name, FamilyType type, std::string_view help) {
    out_.append("# HELP ").append(name).append(" ");
    append_escaped(help, false);
    out_.append("\n# TYPE ").append(name).append(" ").append(to_text(type)).append("\n");
}

void TextWriter::append_sample(std::string_view name, std::span<const Label> labels, double value) {
    append_name(name, labels);
    out_.append(number_text(value)) += '\n';
}

void TextWriter::append_name(std::string_view name, std::span<const Label> labels) {
    out_.append(name);
    char separator = '{';
    for (const Label& label : labels) {
        out_ += separator;
        separator = ',';
        out_.append(label.name).append("=\"");
        append_escaped(label.value, true);
        out_ += '"';
    }
    out_.append(labels.empty() ? " " : "} ");
}

void TextWriter::append_escaped(std::string_view text, bool quotes) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        const char c = text.front();
        if (length == 0) {
            out_.append(kReplacementCharacter);
        } else if (c == '\n') {
            out_.append("\\n");
        } else if (c == '\\' || (quotes && c == '"')) {
            out_.append({'\\', c});
        } else {
            out_.append(text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

std::string number_text(double value) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value > 0 ? "+Inf" : "-Inf";
    }
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

}  // namespace watchtower::metrics
