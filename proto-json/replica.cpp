#include "proto-json/replica.hpp"

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

void append_member(std::string& out, const char* key, std::uint64_t count) {
    out += key;
    append_count(out, count);
}

void append(std::string& out, const Replica::World& world) {
    out += R"({"name":)";
    append_json_string(out, world.name);
    out.append(R"(,"owned":)").append(world.owned ? "true" : "false");
    append_member(out, R"(,"ticks_stored":)", world.ticks_stored);
    append_member(out, R"(,"ticks_skipped":)", world.ticks_skipped);
    append_member(out, R"(,"ticks_failed":)", world.ticks_failed);
    append_member(out, R"(,"outbox_ticks":)", world.outbox_ticks);
    append_member(out, R"(,"outbox_at_risk":)", world.outbox_at_risk);
    out += '}';
}

}  // namespace

std::string encode(const Replica& replica) {
    std::string out = R"({"service":)";
    append_json_string(out, replica.service);
    out += R"(,"id":)";
    append_json_string(out, replica.id);
    out += R"(,"version":)";
    append_json_string(out, replica.version);
    out += R"(,"started":)";
    append_time(out, replica.started);
    out.append(R"(,"ready":)").append(replica.ready ? "true" : "false");
    out += R"(,"worlds":[)";
    const char* separator = "";
    for (const Replica::World& world : replica.worlds) {
        out += separator;
        append(out, world);
        separator = ",";
    }
    return out + "]}";
}

Replica decode_replica(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "replica");
    Replica replica{value.at("service").as_string(),
                    value.at("id").as_string(),
                    value.at("version").as_string(),
                    value.at("started").as_time(),
                    value.at("ready").as_bool(),
                    {}};
    for (const JsonValue& world : value.at("worlds").items()) {
        replica.worlds.push_back({world.at("name").as_string(),
                                  world.at("owned").as_bool(),
                                  world.at("ticks_stored").as_count(),
                                  world.at("ticks_skipped").as_count(),
                                  world.at("ticks_failed").as_count(),
                                  world.at("outbox_ticks").as_count(),
                                  world.at("outbox_at_risk").as_count()});
    }
    return replica;
}

}  // namespace watchtower::proto
