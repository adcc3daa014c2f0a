#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "proto-json/amount.hpp"

/// Inside of the codecs: a JSON value that keeps the order of members and the text of numbers, which nlohmann::json
/// does not (a double would cut exact amounts), and readers that say which field is wrong.
namespace watchtower::proto {

class JsonValue {
public:
    enum class Kind { null, boolean, number, string, array, object };
    using Member = std::pair<std::string, JsonValue>;

    /// Parses one value; nesting at most 32 deep. `what` begins the text of errors ("state").
    /// Throws BadInput.
    static JsonValue parse(std::string_view text, const std::string& what);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }

    /// The member of an object; throws BadInput naming it when it is not there.
    [[nodiscard]] const JsonValue& at(std::string_view key) const;
    /// The member of an object, null when it is not there or null.
    [[nodiscard]] const JsonValue* find(std::string_view key) const;
    [[nodiscard]] const std::vector<Member>& members() const;
    [[nodiscard]] const std::vector<JsonValue>& items() const;

    /// Where it stands, as errors have it: "state.totals.gold".
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& as_string() const;
    [[nodiscard]] bool as_bool() const;
    [[nodiscard]] std::uint64_t as_count() const;
    [[nodiscard]] std::int64_t as_integer() const;
    [[nodiscard]] double as_double() const;
    [[nodiscard]] Amount as_amount() const;
    [[nodiscard]] TimePoint as_time() const;

private:
    friend class JsonTreeBuilder;
    [[noreturn]] void fail(const std::string& expected) const;

    Kind kind_ = Kind::null;
    std::string path_;  ///< "state.totals.gold": for errors
    std::string text_;  ///< of a string or number; "true" or "false"
    std::vector<JsonValue> items_;
    std::vector<Member> members_;
};

/// Reads one of `all` by its text. Throws BadInput that names the field and quotes it.
template <typename Enum, typename List>
Enum parse_enum(const JsonValue& value, const List& all) {
    for (const Enum candidate : all) {
        if (to_text(candidate) == value.as_string()) {
            return candidate;
        }
    }
    throw BadInput(value.path() + ": unknown value '" + value.as_string() + "'");
}

/// Append helpers of the encoders. `key` comes with its comma or brace: R"({"total":)".
void append_count(std::string& out, std::uint64_t count);
void append_time(std::string& out, TimePoint time);
void append_time(std::string& out, const std::optional<TimePoint>& time);
/// The shortest text that reads back as the same double; null when it is not finite.
void append_double(std::string& out, double value);

}  // namespace watchtower::proto
