#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <simdjson.h>

#include "common/base/error.hpp"

/// JSON taken apart with simdjson on-demand so that nothing stays unchecked. What simdjson guarantees when it is given
/// a body: valid UTF-8, every string closed and free of control characters, the last token closes the root. What it
/// leaves to whoever walks: everything else. So each value must be walked here, wanted or not; then keys, colons,
/// commas, brackets, numbers, literals and escapes are those of RFC 8259.
namespace watchtower::collector::json {

using Value = simdjson::ondemand::value;

/// The body is not JSON, or not the JSON that was expected: ends the parsing of the whole body.
class InvalidBody : public Error {
public:
    using Error::Error;
};

/// One value: scalars with their text, composites only with their size. Texts point into the body or, where they had
/// escapes, into the parser: until it is given the next body.
struct Token {
    enum class Kind {
        absent,
        null,
        boolean,
        whole,   ///< a number of digits alone that fits into 64 bits
        number,  ///< any other
        text,
        unfit_text,  ///< with NUL or half a surrogate pair: JSON by its grammar, but PostgreSQL cannot hold it
        array,
        object
    };
    Kind kind = Kind::absent;
    std::string_view text;    ///< unescaped text; a number or boolean as written
    std::uint64_t value = 0;  ///< of a whole; elements of an array, members of an object

    /// Nothing was said: the member is not there or null.
    [[nodiscard]] bool empty() const { return kind == Kind::absent || kind == Kind::null; }
    [[nodiscard]] bool is_number() const { return kind == Kind::whole || kind == Kind::number; }
};

/// Values may be nested this deep, the root included.
inline constexpr int kMostDepth = 64;

/// What simdjson has against the body. Throws InvalidBody.
[[noreturn]] void refuse(simdjson::error_code error);

/// Throws InvalidBody when simdjson says no.
inline void require(simdjson::error_code error) {
    if (error != simdjson::SUCCESS) {
        refuse(error);
    }
}

/// The text of the token that a value begins with, without the blanks behind it: all of a scalar, else a bracket.
[[nodiscard]] inline std::string_view first_token(Value& value) {
    std::string_view token = value.raw_json_token();
    while (!token.empty() &&
           (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t')) {
        token.remove_suffix(1);
    }
    return token;
}

/// Reads a member's name.
[[nodiscard]] Token read_key(simdjson::ondemand::field& field);

/// Whether a member's name is written like `name`, which must be free of quotes and backslashes. False when it is
/// written with escapes; also when `name` is empty or so long that comparing it might leave the body.
[[nodiscard]] inline bool is_named(const simdjson::ondemand::field& field, std::string_view name) {
    const char* const key = field.key().raw();
    return !name.empty() && name.size() < simdjson::SIMDJSON_PADDING &&
           std::memcmp(key, name.data(), name.size()) == 0 && key[name.size()] == '"';
}

/// Walks any value to its end; `token` is what it was. `depth` is how many values it lies in. Throws InvalidBody.
/// (Not a result, because a token is put together from pieces: copying it at once would make the processor wait.)
void read(Value& value, int depth, Token& token);

/// The same for a value that nobody wants.
inline void skip(Value& value, int depth) {
    Token ignored;
    read(value, depth, ignored);
}

/// Calls on_element(Value&) for each element, which must walk it. The number of elements. Throws InvalidBody.
template <typename OnElement>
std::size_t walk_array(Value& value, OnElement on_element) {
    simdjson::ondemand::array array;
    require(value.get_array().get(array));
    std::size_t size = 0;
    for (auto result : array) {
        require(result.error());
        Value element = result.value_unsafe();
        on_element(element);
        ++size;
    }
    return size;
}

/// Calls on_member(field&) for each member, which must read the key or know it by is_named, and walk the value. The
/// number of members. Throws InvalidBody.
template <typename OnMember>
std::size_t walk_members(simdjson::ondemand::object object, OnMember on_member) {
    std::size_t size = 0;
    for (auto result : object) {
        require(result.error());
        simdjson::ondemand::field&& field = std::move(result).value_unsafe();
        on_member(field);
        ++size;
    }
    return size;
}

template <typename OnMember>
std::size_t walk_object(Value& value, OnMember on_member) {
    simdjson::ondemand::object object;
    require(value.get_object().get(object));
    return walk_members(object, on_member);
}

}  // namespace watchtower::collector::json
