#include "common/redis/reply.hpp"

#include <algorithm>
#include <array>

#include "common/base/error.hpp"

namespace watchtower::redis {

namespace {

std::string_view code_of(std::string_view error_text) {
    return error_text.substr(0, error_text.find(' '));
}

}  // namespace

bool is_temporary(std::string_view error_text) {
    static constexpr std::array<std::string_view, 11> kCodes = {"LOADING",
                                                                "READONLY",
                                                                "OOM",
                                                                "MISCONF",
                                                                "MASTERDOWN",
                                                                "TRYAGAIN",
                                                                "BUSY",
                                                                "NOREPLICAS",
                                                                "CLUSTERDOWN",
                                                                "NOAUTH",
                                                                "WRONGPASS"};
    return std::find(kCodes.begin(), kCodes.end(), code_of(error_text)) != kCodes.end() ||
           error_text == "ERR max number of clients reached";
}

bool Reply::is_error(std::string_view code) const {
    return is_error() && code_of(error_text()) == code;
}

std::int64_t Reply::integer() const {
    if (const auto* value = std::get_if<std::int64_t>(&value_)) {
        return *value;
    }
    refuse("an integer");
}

const std::string& Reply::text() const& {
    if (const auto* value = std::get_if<std::string>(&value_)) {
        return *value;
    }
    refuse("a text");
}

std::string Reply::text() && {
    if (auto* value = std::get_if<std::string>(&value_)) {
        return std::move(*value);
    }
    refuse("a text");
}

std::optional<std::string> Reply::optional_text() const& {
    return is_nil() ? std::nullopt : std::optional(text());
}

std::optional<std::string> Reply::optional_text() && {
    return is_nil() ? std::nullopt : std::optional(std::move(*this).text());
}

const std::vector<Reply>& Reply::array() const& {
    if (const auto* value = std::get_if<std::vector<Reply>>(&value_)) {
        return *value;
    }
    refuse("an array");
}

std::vector<Reply> Reply::array() && {
    if (auto* value = std::get_if<std::vector<Reply>>(&value_)) {
        return std::move(*value);
    }
    refuse("an array");
}

const Reply& Reply::at(std::size_t index) const {
    const auto& elements = array();
    if (index >= elements.size()) {
        throw Error("redis reply: expected more than " + std::to_string(index) + " elements, got " +
                    std::to_string(elements.size()));
    }
    return elements[index];
}

std::string_view Reply::error_text() const {
    const auto* value = std::get_if<ErrorText>(&value_);
    return value == nullptr ? std::string_view() : value->message;
}

const Reply* Reply::first_error() const {
    if (is_error()) {
        return this;
    }
    if (const auto* elements = std::get_if<std::vector<Reply>>(&value_)) {
        for (const Reply& element : *elements) {
            if (const Reply* error = element.first_error()) {
                return error;
            }
        }
    }
    return nullptr;
}

void Reply::refuse(const char* expected) const {
    static constexpr std::array<const char*, 5> kNames = {"nil", "an integer", "a text", "an array", "an error"};
    if (is_error() && is_temporary(error_text())) {
        throw Unavailable("redis reply: " + std::string(error_text()));
    }
    if (is_error()) {
        throw Error("redis reply: " + std::string(error_text()));
    }
    throw Error("redis reply: expected " + std::string(expected) + ", got " + kNames.at(value_.index()));
}

}  // namespace watchtower::redis
