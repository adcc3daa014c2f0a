#include "services/collector/source/json_walk.hpp"

#include <cstring>

namespace watchtower::collector::json {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

const char* skip_digits(const char* at, const char* end) {
    while (at != end && is_digit(*at)) {
        ++at;
    }
    return at;
}

bool is_number(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    if (at != end && *at == '-') {
        ++at;
    }
    const char* digits = at;
    at = skip_digits(at, end);
    if (at == digits || (*digits == '0' && at - digits > 1)) {
        return false;
    }
    if (at != end && *at == '.') {
        digits = ++at;
        at = skip_digits(at, end);
        if (at == digits) {
            return false;
        }
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-')) {
            ++at;
        }
        digits = at;
        at = skip_digits(at, end);
        if (at == digits) {
            return false;
        }
    }
    return at == end;
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Behind the escape that begins with the backslash at `at`; null when RFC 8259 has no such escape.
const char* skip_escape(const char* at) {
    const char kind = *++at;
    if (kind != 'u') {
        return kind != '\0' && std::strchr("\"\\/bfnrt", kind) != nullptr ? at + 1 : nullptr;
    }
    for (int digit = 0; digit < 4; ++digit) {
        if (!is_hex(*++at)) {
            return nullptr;
        }
    }
    return at + 1;
}

/// Whether all escapes up to the closing quote are JSON. `at` points behind the opening quote.
bool escapes_are_json(const char* at) {
    while (at != nullptr && *at != '"') {
        at = *at == '\\' ? skip_escape(at) : at + 1;
    }
    return at != nullptr;
}

/// The unescaped text, or what is wrong with a string that simdjson does not unescape. `at` as above.
Token escaped_text(const simdjson::simdjson_result<std::string_view>& unescaped, const char* at) {
    std::string_view text;
    auto result = unescaped;
    if (std::move(result).get(text) == simdjson::SUCCESS) {
        const bool fits = text.find('\0') == std::string_view::npos;
        return {fits ? Token::Kind::text : Token::Kind::unfit_text, text};
    }
    if (!escapes_are_json(at)) {
        throw InvalidBody("an escape that JSON does not have");
    }
    return {Token::Kind::unfit_text, {}};
}

void read_string(Value& value, std::string_view text, Token& token) {
    if (text.size() < 2 || text.back() != '"') {
        throw InvalidBody("a string that is not closed");
    }
    const std::string_view inner = text.substr(1, text.size() - 2);
    if (std::memchr(inner.data(), '\\', inner.size()) == nullptr) {
        // A string that nobody took would be skipped as a name with a value when a colon follows it.
        require(value.get_raw_json_string().error());
        token.kind = Token::Kind::text;
        token.text = inner;
    } else {
        token = escaped_text(value.get_string(), inner.data());
    }
}

/// Reads a value that begins with neither bracket, `text` being its first_token.
void read_scalar(Value& value, std::string_view text, Token& token) {
    token.text = text;
    const char first = text.empty() ? '\0' : text.front();
    if (is_digit(first) && value.get_uint64().get(token.value) == simdjson::SUCCESS) {
        token.kind = Token::Kind::whole;
    } else if (first == '"') {
        read_string(value, text, token);
    } else if (first == '-' || is_digit(first)) {
        if (!is_number(text)) {
            throw InvalidBody("a number that is none");
        }
        token.kind = Token::Kind::number;
    } else if (text == "true" || text == "false") {
        token.kind = Token::Kind::boolean;
    } else if (text == "null") {
        token.kind = Token::Kind::null;
    } else {
        throw InvalidBody("a value that is none");
    }
}

}  // namespace

void refuse(simdjson::error_code error) {
    throw InvalidBody(simdjson::error_message(error));
}

Token read_key(simdjson::ondemand::field& field) {
    const char* const begin = field.key().raw();
    const char* end = begin;
    while (*end != '"' && *end != '\\') {
        ++end;
    }
    if (*end == '"') {
        return {Token::Kind::text, std::string_view(begin, static_cast<std::size_t>(end - begin))};
    }
    return escaped_text(field.unescaped_key(), begin);
}

void read(Value& value, int depth, Token& token) {
    const std::string_view text = first_token(value);
    const char first = text.empty() ? '\0' : text.front();
    if (first != '{' && first != '[') {
        read_scalar(value, text, token);
        return;
    }
    if (depth >= kMostDepth) {
        throw InvalidBody("nested deeper than " + std::to_string(kMostDepth) + " levels");
    }
    token.text = {};
    if (first == '[') {
        token.kind = Token::Kind::array;
        token.value = walk_array(value, [&](Value& element) { skip(element, depth + 1); });
        return;
    }
    token.kind = Token::Kind::object;
    token.value = walk_object(value, [&](simdjson::ondemand::field& member) {
        (void)read_key(member);
        skip(member.value(), depth + 1);
    });
}

}  // namespace watchtower::collector::json
