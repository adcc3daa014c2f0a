#include "proto-json/averages.hpp"

#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

void append(std::string& out, const std::optional<Amount>& amount) {
    if (amount) {
        append_text(out, *amount);
    } else {
        out += "null";
    }
}

std::optional<Amount> amount_in(const JsonValue& object, std::string_view key) {
    const JsonValue& value = object.at(key);
    return value.is_null() ? std::nullopt : std::optional(value.as_amount());
}

}  // namespace

std::string encode(const Averages& averages) {
    std::string out = R"({"average_moves_per_user":)";
    append(out, averages.average_moves_per_user);
    out += R"(,"average_nomads_created_per_user":)";
    append(out, averages.average_nomads_created_per_user);
    out += R"(,"period":{"start":)";
    append_time(out, averages.period.start);
    out += R"(,"end":)";
    append_time(out, averages.period.end);
    out.append(R"(,"days":)").append(std::to_string(averages.period.days));
    out += R"(},"timestamp":)";
    append_time(out, averages.timestamp);
    return out + '}';
}

Averages decode_averages(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "averages");
    const JsonValue& period = value.at("period");
    return {amount_in(value, "average_moves_per_user"),
            amount_in(value, "average_nomads_created_per_user"),
            {period.at("start").as_time(), period.at("end").as_time(), period.at("days").as_integer()},
            value.at("timestamp").as_time()};
}

}  // namespace watchtower::proto
