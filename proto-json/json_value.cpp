#include "proto-json/json_value.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "common/base/json_text.hpp"

namespace watchtower::proto {

/// nlohmann's SAX events, put together as a tree.
class JsonTreeBuilder : public nlohmann::json_sax<nlohmann::json> {
public:
    JsonTreeBuilder(JsonValue& root, std::string what) : what_(std::move(what)), root_(root) {}

    bool null() override { return scalar(JsonValue::Kind::null, {}); }
    bool boolean(bool value) override { return scalar(JsonValue::Kind::boolean, value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override {
        return scalar(JsonValue::Kind::number, std::to_string(value));
    }
    bool number_unsigned(number_unsigned_t value) override {
        return scalar(JsonValue::Kind::number, std::to_string(value));
    }
    bool number_float(number_float_t /*value*/, const string_t& text) override {
        return scalar(JsonValue::Kind::number, text);
    }
    bool string(string_t& value) override { return scalar(JsonValue::Kind::string, std::move(value)); }
    bool binary(binary_t& /*value*/) override { return false; }
    bool start_object(std::size_t /*size*/) override { return open(JsonValue::Kind::object); }
    bool start_array(std::size_t /*size*/) override { return open(JsonValue::Kind::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& value) override {
        key_ = std::move(value);
        return true;
    }
    bool parse_error(std::size_t position,
                     const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override {
        error_ = "byte " + std::to_string(position) + ": " + error.what();
        return false;
    }

    [[nodiscard]] const std::string& error() const { return error_; }

private:
    static constexpr std::size_t kMostDepth = 32;

    JsonValue& place() {
        if (open_.empty()) {
            root_.path_ = what_;
            return root_;
        }
        JsonValue& parent = *open_.back();
        if (parent.kind_ == JsonValue::Kind::array) {
            JsonValue& item = parent.items_.emplace_back();
            item.path_ = parent.path_ + "[" + std::to_string(parent.items_.size() - 1) + "]";
            return item;
        }
        JsonValue& member = parent.members_.emplace_back(std::move(key_), JsonValue()).second;
        member.path_ = parent.path_ + "." + parent.members_.back().first;
        return member;
    }

    bool scalar(JsonValue::Kind kind, std::string text) {
        JsonValue& value = place();
        value.kind_ = kind;
        value.text_ = std::move(text);
        return true;
    }

    bool open(JsonValue::Kind kind) {
        if (open_.size() == kMostDepth) {
            error_ = "nested too deep";
            return false;
        }
        JsonValue& value = place();
        value.kind_ = kind;
        open_.push_back(&value);
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    std::string what_;
    JsonValue& root_;
    std::vector<JsonValue*> open_;  // stable: a parent's list grows only after its last child was closed
    std::string key_;
    std::string error_;
};

JsonValue JsonValue::parse(std::string_view text, const std::string& what) {
    JsonValue root;
    JsonTreeBuilder builder(root, what);
    if (!nlohmann::json::sax_parse(text, &builder)) {
        throw BadInput(what + ": " + (builder.error().empty() ? "no JSON" : builder.error()));
    }
    return root;
}

void JsonValue::fail(const std::string& expected) const {
    throw BadInput(path_ + ": not " + expected);
}

const JsonValue* JsonValue::find(std::string_view key) const {
    for (const auto& [name, value] : members()) {
        if (name == key) {
            return value.is_null() ? nullptr : &value;
        }
    }
    return nullptr;
}

const JsonValue& JsonValue::at(std::string_view key) const {
    for (const auto& [name, value] : members()) {
        if (name == key) {
            return value;
        }
    }
    throw BadInput(path_ + "." + std::string(key) + ": missing");
}

const std::vector<JsonValue::Member>& JsonValue::members() const {
    if (kind_ != Kind::object) {
        fail("an object");
    }
    return members_;
}

const std::vector<JsonValue>& JsonValue::items() const {
    if (kind_ != Kind::array) {
        fail("an array");
    }
    return items_;
}

const std::string& JsonValue::as_string() const {
    if (kind_ != Kind::string) {
        fail("a string");
    }
    return text_;
}

bool JsonValue::as_bool() const {
    if (kind_ != Kind::boolean) {
        fail("true or false");
    }
    return text_ == "true";
}

std::uint64_t JsonValue::as_count() const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (kind_ != Kind::number || error != std::errc() || end != text_.data() + text_.size()) {
        fail("a whole number from 0");
    }
    return value;
}

std::int64_t JsonValue::as_integer() const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (kind_ != Kind::number || error != std::errc() || end != text_.data() + text_.size()) {
        fail("a whole number");
    }
    return value;
}

double JsonValue::as_double() const {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (kind_ != Kind::number || error != std::errc() || end != text_.data() + text_.size()) {
        fail("a number");
    }
    return value;
}

Amount JsonValue::as_amount() const {
    const auto amount = kind_ == Kind::number ? parse_amount(text_) : std::nullopt;
    if (!amount) {
        fail("an amount");
    }
    return *amount;
}

TimePoint JsonValue::as_time() const {
    try {
        return parse_rfc3339(as_string());
    } catch (const BadInput&) {
        fail("an RFC 3339 time");
    }
}

void append_count(std::string& out, std::uint64_t count) {
    std::array<char, 24> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr);
}

void append_time(std::string& out, TimePoint time) {
    out.append("\"").append(to_rfc3339(time)).append("\"");
}

void append_time(std::string& out, const std::optional<TimePoint>& time) {
    if (time) {
        append_time(out, *time);
    } else {
        out += "null";
    }
}

void append_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 40> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

}  // namespace watchtower::proto
