#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace watchtower::redis {

/// What Redis answered, as a value: nil, an integer, a text (a status or any bytes), an array of replies, or an error.
/// Each accessor throws Error that names what was expected and what came; asked of an error reply, it throws that
/// error.
class Reply {
public:
    /// Nil.
    Reply() = default;
    [[nodiscard]] static Reply of_integer(std::int64_t value) { return Reply(Value(value)); }
    [[nodiscard]] static Reply of_text(std::string value) { return Reply(Value(std::move(value))); }
    [[nodiscard]] static Reply of_array(std::vector<Reply> value) { return Reply(Value(std::move(value))); }
    /// `message` as Redis wrote it: "WRONGTYPE Operation against …".
    [[nodiscard]] static Reply of_error(std::string message) { return Reply(Value(ErrorText{std::move(message)})); }

    [[nodiscard]] bool is_nil() const { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] bool is_error() const { return std::holds_alternative<ErrorText>(value_); }
    /// Whether this is an error that begins with this word: "BUSYGROUP".
    [[nodiscard]] bool is_error(std::string_view code) const;

    [[nodiscard]] std::int64_t integer() const;
    [[nodiscard]] const std::string& text() const&;
    [[nodiscard]] std::string text() &&;
    /// Nothing when the reply is nil (no such key).
    [[nodiscard]] std::optional<std::string> optional_text() const&;
    [[nodiscard]] std::optional<std::string> optional_text() &&;
    [[nodiscard]] const std::vector<Reply>& array() const&;
    [[nodiscard]] std::vector<Reply> array() &&;
    /// Element of an array. Throws Error when there is none.
    [[nodiscard]] const Reply& at(std::size_t index) const;
    /// What Redis wrote; empty unless this is an error.
    [[nodiscard]] std::string_view error_text() const;

    /// The first error in it, itself included, at any depth (EXEC and scripts answer with errors inside arrays).
    [[nodiscard]] const Reply* first_error() const;

    bool operator==(const Reply&) const = default;

private:
    struct ErrorText {
        std::string message;
        bool operator==(const ErrorText&) const = default;
    };
    using Value = std::variant<std::monostate, std::int64_t, std::string, std::vector<Reply>, ErrorText>;

    explicit Reply(Value value) : value_(std::move(value)) {}
    [[noreturn]] void refuse(const char* expected) const;

    Value value_;
};

/// Whether an error that Redis answers with is one that passes by itself or with an operator's help (it is loading,
/// read-only, full, …), so that it is reported as Unavailable.
[[nodiscard]] bool is_temporary(std::string_view error_text);

}  // namespace watchtower::redis
