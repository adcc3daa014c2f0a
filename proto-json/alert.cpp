#include "proto-json/alert.hpp"

#include "common/base/json_text.hpp"
#include "proto-json/decoders.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

std::string encode(const Alert& alert) {
    std::string out = "{";
    if (!alert.world.empty()) {
        out += R"("world":)";
        append_json_string(out, alert.world);
        out += ',';
    }
    out += R"("id":)";
    append_json_string(out, alert.id);
    out += R"(,"type":)";
    append_json_string(out, alert.type);
    out += R"(,"severity":)";
    append_json_string(out, alert.severity);
    out += R"(,"message":)";
    append_json_string(out, alert.message);
    out += R"(,"value":)";
    append_double(out, alert.value);
    out += R"(,"threshold":)";
    append_double(out, alert.threshold);
    out +=
        alert.state == AlertState::active ? R"(,"state":"active","opened_at":)" : R"(,"state":"resolved","opened_at":)";
    append_time(out, alert.opened_at);
    out += R"(,"resolved_at":)";
    append_time(out, alert.resolved_at);
    out += '}';
    return out;
}

Alert decode_alert(const JsonValue& value) {
    Alert alert;
    if (const JsonValue* world = value.find("world")) {
        alert.world = world->as_string();
    }
    alert.id = value.at("id").as_string();
    alert.type = value.at("type").as_string();
    alert.severity = value.at("severity").as_string();
    alert.message = value.at("message").as_string();
    alert.value = value.at("value").as_double();
    alert.threshold = value.at("threshold").as_double();
    const std::string& state = value.at("state").as_string();
    if (state != "active" && state != "resolved") {
        throw BadInput("alert.state: neither active nor resolved: '" + state + "'");
    }
    alert.state = state == "active" ? AlertState::active : AlertState::resolved;
    alert.opened_at = value.at("opened_at").as_time();
    if (const JsonValue& resolved_at = value.at("resolved_at"); !resolved_at.is_null()) {
        alert.resolved_at = resolved_at.as_time();
    }
    return alert;
}

Alert decode_alert(std::string_view text) {
    return decode_alert(JsonValue::parse(text, "alert"));
}

}  // namespace watchtower::proto
