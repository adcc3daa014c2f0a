#pragma once

#include <cstddef>
#include <string>
#include <string_view>

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
        number,
        text,
        unfit_text,  ///< with NUL or half a surrogate pair: JSON by its grammar, but PostgreSQL cannot hold it
        array,
        object
    };
    Kind kind = Kind::absent;
    std::string_view text;  ///< unescaped text; a number or boolean as written
    std::size_t size = 0;   ///< elements of an array, members of an object

    /// Nothing was said: the member is not there or null.
    [[nodiscard]] bool empty() const { return kind == Kind::absent || kind == Kind::null; }
};

/// Values may be nested this deep, the root included.
inline constexpr int kMostDepth = 64;

/// Throws InvalidBody when simdjson says no.
void require(simdjson::error_code error);

/// The text of the token that a value begins with, without the blanks behind it: all of a scalar, else a bracket.
[[nodiscard]] std::string_view first_token(Value& value);

/// Reads a value that begins with neither bracket, `token` being its first_token. Throws InvalidBody.
[[nodiscard]] Token read_scalar(Value& value, std::string_view token);

/// Reads a member's name.
[[nodiscard]] Token read_key(simdjson::ondemand::field& field);

/// Walks any value to its end. `depth` is how many values it lies in. Throws InvalidBody.
Token walk(Value& value, int depth);

/// Calls on_element(Value&) for each element, which must walk it. The number of elements. Throws InvalidBody.
template <typename OnElement>
std::size_t walk_array(Value& value, OnElement on_element) {
    simdjson::ondemand::array array;
    require(value.get_array().get(array));
    std::size_t size = 0;
    for (auto result : array) {
        Value element;
        require(result.get(element));
        on_element(element);
        ++size;
    }
    return size;
}

/// Calls on_member(const Token& name, Value&) for each member, which must walk the value. The number of members.
/// Throws InvalidBody. `object` is a simdjson::ondemand::object.
template <typename OnMember>
std::size_t walk_members(simdjson::ondemand::object object, OnMember on_member) {
    std::size_t size = 0;
    for (auto result : object) {
        simdjson::ondemand::field field;
        require(std::move(result).get(field));
        const Token name = read_key(field);
        on_member(name, field.value());
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
