#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/http/message.hpp"

namespace watchtower::gateway {

/// What a route's row says of one parameter. Requests are checked by it, and the documentation is made of it.
struct ParameterDeclaration {
    enum class Place { query, path };

    std::string name;
    std::string description;  ///< whole sentences
    std::string example;      ///< as decoded text
    Place place = Place::query;
    bool required = false;  ///< of the query; one of the path is always there

    // The rest comes from the kind of the parameter.
    std::string accepted{};                               ///< "a whole number from 1 to 500"
    std::string schema{};                                 ///< JSON Schema of its value, as JSON text
    std::function<bool(std::string_view)> is_accepted{};  ///< of its decoded text

    /// The text that the request gives it; nothing when it does not.
    [[nodiscard]] std::optional<std::string_view> text_of(const http::Request& request) const;

    /// Throws BadInput that names it and says what is accepted: it is missing, or is something else.
    void check(const http::Request& request) const;

    /// The example as the JSON that the schema is of.
    [[nodiscard]] std::string example_json() const;

    /// "query parameter limit: is not a whole number from 1 to 500"
    [[nodiscard]] std::string complaint() const;
};

/// A parameter whose text means a Value. It stands for its declaration in a route's row.
template <typename Value>
struct Parameter {
    ParameterDeclaration declaration;
    std::function<std::optional<Value>(std::string_view)> parse;
    std::optional<Value> fallback;  ///< what holds when the request does not give it

    /// What the request says, or the fallback. Throws BadInput as check does.
    [[nodiscard]] std::optional<Value> find(const http::Request& request) const {
        declaration.check(request);
        const auto text = declaration.text_of(request);
        return text ? parse(*text) : fallback;
    }

    // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): rows list parameters of all kinds
    operator const ParameterDeclaration&() const { return declaration; }

    /// The same of a parameter that is required or has a fallback.
    [[nodiscard]] Value of(const http::Request& request) const { return find(request).value(); }
};

/// Any kind of value: `accepted` completes "is not …"; `parse` returns nothing for text that is not accepted.
template <typename Value>
[[nodiscard]] Parameter<Value> parameter(ParameterDeclaration declaration,
                                         std::string accepted,
                                         std::string schema,
                                         std::function<std::optional<Value>(std::string_view)> parse,
                                         std::optional<Value> fallback = std::nullopt) {
    declaration.accepted = std::move(accepted);
    declaration.schema = std::move(schema);
    declaration.is_accepted = [parse](std::string_view text) { return parse(text).has_value(); };
    return {std::move(declaration), std::move(parse), std::move(fallback)};
}

/// A whole number from `least` to `most`.
struct IntegerForm {
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::optional<std::int64_t> fallback{};
};
[[nodiscard]] Parameter<std::int64_t> integer_parameter(ParameterDeclaration declaration, const IntegerForm& form);

/// One of these words, by default the first of them where `has_fallback`.
[[nodiscard]] Parameter<std::string> choice_parameter(ParameterDeclaration declaration,
                                                      std::vector<std::string> values,
                                                      bool has_fallback = true);

/// RFC 3339, or seconds since the epoch.
[[nodiscard]] Parameter<TimePoint> time_parameter(ParameterDeclaration declaration);

/// Any text of `least` to `most` bytes, such as a player's id.
[[nodiscard]] Parameter<std::string> text_parameter(ParameterDeclaration declaration,
                                                    std::size_t most_bytes,
                                                    std::size_t least_bytes = 1);

/// What an earlier answer gave to go on with: base64url of 1 to 512 characters. What stands in it is the route's.
[[nodiscard]] Parameter<std::string> cursor_parameter(ParameterDeclaration declaration);

/// Every world has such a name: ^[a-z0-9][a-z0-9-]{0,31}$
[[nodiscard]] bool is_world_name(std::string_view name);

// Those that several routes take.

extern const Parameter<std::string> kWorld;     ///< ?world=
extern const Parameter<TimePoint> kFrom;        ///< ?from=
extern const Parameter<TimePoint> kTo;          ///< ?to=
extern const Parameter<std::int64_t> kStep;     ///< ?step=, in seconds
extern const Parameter<std::string> kPlayerId;  ///< {player_id}

/// The longest player's id that a request may ask for; the game's are shorter.
inline constexpr std::size_t kLongestPlayerId = 1024;

/// Throws BadInput for the first parameter that is wrong. Unknown and doubled names the server has refused before.
void check_parameters(const std::vector<ParameterDeclaration>& parameters, const http::Request& request);

}  // namespace watchtower::gateway
