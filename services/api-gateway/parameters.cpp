#include "services/api-gateway/parameters.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "services/api-gateway/moment.hpp"

namespace watchtower::gateway {

namespace {

using Declaration = ParameterDeclaration;

constexpr std::int64_t kLongestStepSeconds = 366LL * 24 * 3600;

std::string in_words(const std::vector<std::string>& values) {
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        text += i == 0 ? "" : i + 1 == values.size() ? " or " : ", ";
        text += values[i];
    }
    return text;
}

std::string in_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string called(const Declaration& parameter) {
    return std::string(parameter.place == Declaration::Place::query ? "query" : "path") + " parameter " +
           parameter.name;
}

std::optional<std::string> parse_world_name(std::string_view text) {
    return is_world_name(text) ? std::optional(std::string(text)) : std::nullopt;
}

}  // namespace

std::optional<std::string_view> Declaration::text_of(const http::Request& request) const {
    return place == Place::query ? request.query_parameter(name) : request.path_parameter(name);
}

std::string Declaration::example_json() const {
    const bool is_text = schema.find(R"("type":"string")") != std::string::npos;
    return is_text ? in_json(example) : example;
}

std::string Declaration::complaint() const {
    return called(*this) + ": is not " + accepted;
}

void Declaration::check(const http::Request& request) const {
    const auto text = text_of(request);
    if (!text) {
        if (required) {
            throw BadInput(called(*this) + ": is missing; it is " + accepted);
        }
        return;
    }
    if (!is_accepted(*text)) {
        throw BadInput(complaint());
    }
}

void check_parameters(const std::vector<Declaration>& parameters, const http::Request& request) {
    for (const Declaration& parameter : parameters) {
        parameter.check(request);
    }
}

Parameter<std::int64_t> integer_parameter(Declaration declaration, const IntegerForm& form) {
    const std::string least = std::to_string(form.least);
    const std::string most = std::to_string(form.most);
    std::string schema = R"({"type":"integer","minimum":)" + least + R"(,"maximum":)" + most;
    if (form.fallback) {
        schema += R"(,"default":)" + std::to_string(*form.fallback);
    }
    return parameter<std::int64_t>(
        std::move(declaration),
        "a whole number from " + least + " to " + most,
        schema + "}",
        [form](std::string_view text) {
            const auto value = parse_integer(text);
            return value && *value >= form.least && *value <= form.most ? value : std::nullopt;
        },
        form.fallback);
}

Parameter<std::string> choice_parameter(Declaration declaration, std::vector<std::string> values, bool has_fallback) {
    std::string schema = R"({"type":"string","enum":[)";
    for (const std::string& value : values) {
        schema += (&value == &values.front() ? "" : ",") + in_json(value);
    }
    schema += "]";
    std::optional<std::string> fallback;
    if (has_fallback) {
        fallback = values.front();
        schema += R"(,"default":)" + in_json(*fallback);
    }
    const std::string accepted = in_words(values);
    return parameter<std::string>(
        std::move(declaration),
        accepted,
        schema + "}",
        [values = std::move(values)](std::string_view text) {
            const auto found = std::find(values.begin(), values.end(), text);
            return found == values.end() ? std::nullopt : std::optional(*found);
        },
        fallback);
}

Parameter<TimePoint> time_parameter(Declaration declaration) {
    return parameter<TimePoint>(
        std::move(declaration),
        "a time from 1970 to 9999 in RFC 3339 (2025-12-08T12:34:00Z) or seconds since the epoch (1765197240)",
        R"({"type":"string","anyOf":[{"format":"date-time"},{"pattern":"^[0-9]+(\\.[0-9]+)?$"}]})",
        try_parse_moment);
}

Parameter<std::string> text_parameter(Declaration declaration, std::size_t most_bytes, std::size_t least_bytes) {
    return parameter<std::string>(
        std::move(declaration),
        "text of " + std::to_string(least_bytes) + " to " + std::to_string(most_bytes) + " bytes",
        R"({"type":"string","minLength":)" + std::to_string(least_bytes) + "}",
        [=](std::string_view text) {
            return text.size() >= least_bytes && text.size() <= most_bytes ? std::optional(std::string(text))
                                                                           : std::nullopt;
        });
}

Parameter<std::string> cursor_parameter(Declaration declaration) {
    return parameter<std::string>(std::move(declaration),
                                  "a cursor as an answer gave it",
                                  R"({"type":"string","pattern":"^[A-Za-z0-9_-]{1,512}$"})",
                                  [](std::string_view text) -> std::optional<std::string> {
                                      constexpr std::size_t kLongest = 512;
                                      constexpr std::string_view kLetters =
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
                                      const bool is_good = !text.empty() && text.size() <= kLongest &&
                                                           text.find_first_not_of(kLetters) == std::string_view::npos;
                                      return is_good ? std::optional(std::string(text)) : std::nullopt;
                                  });
}

bool is_world_name(std::string_view name) {
    constexpr std::size_t kLongest = 32;
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return !name.empty() && name.size() <= kLongest && name[0] != '-' &&
           name.find_first_not_of(kLetters) == std::string_view::npos;
}

const Parameter<std::string> kWorld = parameter<std::string>(
    {.name = "world", .description = "The world; without it the first one.", .example = "default"},
    "1 to 32 of a-z, 0-9 and hyphens, not beginning with a hyphen",
    R"({"type":"string","pattern":"^[a-z0-9][a-z0-9-]{0,31}$"})",
    parse_world_name);

const Parameter<TimePoint> kFrom = time_parameter(
    {.name = "from",
     .description = "The beginning: RFC 3339, or seconds since the epoch; without it an hour before `to`.",
     .example = "2025-12-08T11:34:00Z"});

const Parameter<TimePoint> kTo =
    time_parameter({.name = "to",
                    .description = "The end, not included: RFC 3339, or seconds since the epoch; without it now.",
                    .example = "2025-12-08T12:34:00Z"});

const Parameter<std::int64_t> kStep = integer_parameter(
    {.name = "step",
     .description = "Whole seconds that a point tells of; without it a round number that makes at most about 500 "
                    "points, no shorter than the time between ticks. Steps lie on multiples of it since the epoch. "
                    "More than 5000 points are refused.",
     .example = "300"},
    {.least = 1, .most = kLongestStepSeconds});

const Parameter<std::string> kPlayerId = text_parameter({.name = "player_id",
                                                         .description = "The player's id, percent-encoded.",
                                                         .example = "player1",
                                                         .place = Declaration::Place::path},
                                                        kLongestPlayerId);

}  // namespace watchtower::gateway
