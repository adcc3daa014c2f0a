#include "services/collector/outbox/codec.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"

namespace watchtower::collector {

namespace {

using nlohmann::json;

void append_text(std::string& out, const char* key, std::string_view text) {
    out.append(",\"").append(key).append("\":");
    append_json_string(out, text);
}

}  // namespace

std::string encode(const TickWrite& write) {
    std::string out = R"({"previous_tick":)";
    if (write.previous_tick) {
        append_json_string(out, to_rfc3339(*write.previous_tick));
    } else {
        out += "null";
    }
    if (write.previous_id) {
        append_text(out, "previous_id", write.previous_id->text);
    }
    append_text(out, "id", write.id.text);
    out += R"(,"folded":[)";
    for (std::size_t i = 0; i + 1 < write.states.size(); ++i) {
        out += i == 0 ? "" : ",";
        append_json_string(out, encode(write.states[i]));
    }
    out += ']';
    append_text(out, "state", write.state_text);
    out.append(R"(,"reset":)").append(write.reset ? "true" : "false");
    out.append(R"(,"player_rows":)").append(std::to_string(write.player_rows));
    out.append(R"(,"erasures":)").append(std::to_string(write.erasures));
    append_text(out, "players", write.players);
    append_text(out, "entries", write.entries);
    append_text(out, "events_added", write.events_added);
    out += R"(,"alert_log":[)";
    for (const proto::NumberedAlert& entry : write.alert_log) {
        out += out.back() == '[' ? "" : ",";
        out.append(R"({"number":)").append(std::to_string(entry.number));
        append_text(out, "alert", encode(entry.alert));
        out += '}';
    }
    out += ']';
    append_text(out, "suspects", write.suspects);
    out.append(R"(,"reviews":)").append(std::to_string(write.reviews)).append("}");
    return out;
}

TickWrite decode_tick_write(std::string_view text) {
    try {
        json value = json::parse(text);
        TickWrite write;
        if (const json& previous = value.at("previous_tick"); !previous.is_null()) {
            write.previous_tick = parse_rfc3339(previous.get_ref<const std::string&>());
        }
        if (const auto previous = value.find("previous_id"); previous != value.end()) {
            write.previous_id = StateId{previous->get<std::string>()};
        }
        const auto id = value.find("id");  // older collectors knew no ids
        write.id = id != value.end() ? StateId{id->get<std::string>()} : new_state_id();
        for (const json& state : value.at("folded")) {
            write.states.push_back(proto::decode_state(state.get_ref<const std::string&>()));
        }
        write.state_text = std::move(value.at("state").get_ref<std::string&>());
        write.states.push_back(proto::decode_state(write.state_text));
        write.reset = value.at("reset").get<bool>();
        write.player_rows = value.at("player_rows").get<std::uint64_t>();
        write.erasures = value.at("erasures").get<std::uint64_t>();
        write.players = std::move(value.at("players").get_ref<std::string&>());
        write.entries = std::move(value.at("entries").get_ref<std::string&>());
        write.events_added = std::move(value.at("events_added").get_ref<std::string&>());
        for (const json& entry : value.value("alert_log", json::array())) {  // what an older collector kept has none
            write.alert_log.push_back({entry.at("number").get<std::uint64_t>(),
                                       proto::decode_alert(entry.at("alert").get_ref<const std::string&>())});
        }
        write.suspects = value.value("suspects", std::string());  // nor these
        write.reviews = value.value("reviews", std::uint64_t{0});
        return write;
    } catch (const json::exception& error) {
        throw BadInput(std::string("a waiting tick: ") + error.what());
    }
}

}  // namespace watchtower::collector
