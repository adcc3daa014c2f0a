#include <algorithm>
#include <utility>

#include "common/http/event_hub.hpp"

namespace watchtower::http {

namespace {

void append_line(std::string& text, std::string_view field, std::string_view value) {
    text.append(field).append(": ").append(value).append("\n");
}

std::string without_line_ends(std::string_view text) {
    std::string out(text);
    out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }),
              out.end());
    return out;
}

}  // namespace

std::shared_ptr<const std::string> event_text(std::string_view id, std::string_view name, std::string_view data) {
    constexpr std::size_t kFields = 32;
    std::string text;
    text.reserve(id.size() + name.size() + data.size() + kFields);
    if (!id.empty()) {
        append_line(text, "id", without_line_ends(id));
    }
    if (!name.empty()) {
        append_line(text, "event", without_line_ends(name));
    }
    for (;;) {
        const auto end = data.find_first_of("\r\n");
        append_line(text, "data", data.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    text += '\n';
    return std::make_shared<const std::string>(std::move(text));
}

}  // namespace watchtower::http
