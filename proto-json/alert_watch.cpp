#include "proto-json/alert_watch.hpp"

#include "proto-json/decoders.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

std::optional<TimePoint> decode_time(const JsonValue& value, std::string_view key) {
    const JsonValue* time = value.find(key);
    return time == nullptr ? std::nullopt : std::optional(time->as_time());
}

void append(std::string& out, const AlertWatch::Sample& sample) {
    out += R"({"tick":)";
    append_time(out, sample.tick);
    out += R"(,"actions":)";
    append_count(out, sample.actions);
    out += R"(,"attacks":)";
    append_count(out, sample.attacks);
    out += R"(,"attacks_successful":)";
    append_count(out, sample.attacks_successful);
    out += '}';
}

}  // namespace

void append(std::string& out, const AlertWatch& watch) {
    out += R"({"judged":)";
    append_time(out, watch.judged);
    out += R"(,"nomads_since":)";
    append_time(out, watch.nomads_since);
    out += R"(,"pvp_since":)";
    append_time(out, watch.pvp_since);
    out += R"(,"samples":[)";
    for (const AlertWatch::Sample& sample : watch.samples) {
        out += out.back() == '[' ? "" : ",";
        append(out, sample);
    }
    out += R"(],"failures":)";
    const char* separator = "{\"";
    for (const Section section : kSections) {
        out.append(separator).append(to_text(section)).append("\":");
        out += std::to_string(watch.failures[index(section)]);
        separator = ",\"";
    }
    out.append(R"(},"risks":)").append(std::to_string(watch.risks)).append(R"(,"lost_ticks":)");
    append_count(out, watch.lost_ticks);
    out += '}';
}

AlertWatch decode_alert_watch(const JsonValue& value) {
    AlertWatch watch;
    watch.judged = decode_time(value, "judged");
    watch.nomads_since = decode_time(value, "nomads_since");
    watch.pvp_since = decode_time(value, "pvp_since");
    for (const JsonValue& sample : value.at("samples").items()) {
        watch.samples.push_back({sample.at("tick").as_time(),
                                 sample.at("actions").as_count(),
                                 sample.at("attacks").as_count(),
                                 sample.at("attacks_successful").as_count()});
    }
    for (const Section section : kSections) {
        watch.failures[index(section)] = value.at("failures").at(to_text(section)).as_integer();
    }
    watch.risks = value.at("risks").as_integer();
    watch.lost_ticks = value.at("lost_ticks").as_count();
    return watch;
}

}  // namespace watchtower::proto
