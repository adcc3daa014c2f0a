#include "services/api-gateway/status.hpp"

#include <algorithm>

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::gateway {

namespace {

using Replicas = std::optional<std::vector<proto::Replica>>;

std::string_view short_id(const proto::Replica& replica) {
    return std::string_view(replica.id).substr(replica.id.rfind('-') + 1);
}

template <typename List, typename AppendElement>
void append_list(std::string& out, const List& list, AppendElement append_element) {
    const char* separator = "[";
    for (const auto& element : list) {
        out += separator;
        append_element(element);
        separator = ",";
    }
    out += list.empty() ? "[]" : "]";
}

void append_replica(std::string& out, const proto::Replica& replica) {
    out += R"({"service":)";
    append_json_string(out, replica.service);
    out += R"(,"id":)";
    append_json_string(out, short_id(replica));
    out += R"(,"version":)";
    append_json_string(out, replica.version);
    out += R"(,"started":)";
    proto::append_time(out, replica.started);
    out.append(R"(,"ready":)").append(replica.ready ? "true" : "false").append("}");
}

void append_dependencies(std::string& out, const Dependencies& dependencies) {
    const char* separator = "{";
    for (const auto& dependency : dependencies) {
        out += separator;
        append_json_string(out, dependency->name());
        out.append(":\"").append(to_string(dependency->state())).append("\"");
        separator = ",";
    }
    out += dependencies.empty() ? "{}" : "}";
}

void append_source(std::string& out, const proto::State& state, proto::Section section, TimePoint now) {
    const proto::SectionStatus& read = state.sections[proto::index(section)];
    const auto stale = proto::staleness(state, now)[proto::index(section)];
    out.append("\"").append(proto::to_text(section));
    out.append(R"(":{"stale":)").append(stale ? "true" : "false");
    out += R"(,"last_good":)";
    proto::append_time(out, read.last_good);
    out += R"(,"error":)";
    if (stale) {
        append_json_string(out, proto::to_text(stale->error));
    } else {
        out += "null";
    }
    out.append(R"(,"failed_ticks":)").append(std::to_string(read.failed_ticks)).append("}");
}

void append_sources(std::string& out, const proto::State& state, TimePoint now) {
    const char* separator = "{";
    for (const proto::Section section : proto::kSections) {
        out += separator;
        append_source(out, state, section, now);
        separator = ",";
    }
    out += '}';
}

/// What all collectors say of a world, added up.
struct Collected {
    proto::Replica::World sum;
    std::vector<std::string_view> owners;
};

Collected collected(const std::vector<proto::Replica>& replicas, const std::string& world) {
    Collected result;
    for (const proto::Replica& replica : replicas) {
        for (const proto::Replica::World& one : replica.worlds) {
            if (one.name != world) {
                continue;
            }
            result.sum.ticks_stored += one.ticks_stored;
            result.sum.ticks_skipped += one.ticks_skipped;
            result.sum.ticks_failed += one.ticks_failed;
            result.sum.outbox_ticks += one.outbox_ticks;
            result.sum.outbox_at_risk += one.outbox_at_risk;
            if (one.owned) {
                result.owners.push_back(short_id(replica));
            }
        }
    }
    return result;
}

void append_collected(std::string& out, const Replicas& replicas, const std::string& world) {
    const auto known = replicas ? std::optional(collected(*replicas, world)) : std::nullopt;
    out += R"(,"owner":)";
    if (known && !known->owners.empty()) {
        append_json_string(out, known->owners.front());
    } else {
        out += "null";
    }
    const auto append = [&](const char* key, std::uint64_t count) {
        out.append(key).append(known ? std::to_string(count) : "null");
    };
    const proto::Replica::World sum = known ? known->sum : proto::Replica::World{};
    append(R"(,"ticks_stored":)", sum.ticks_stored);
    append(R"(,"ticks_skipped":)", sum.ticks_skipped);
    append(R"(,"ticks_failed":)", sum.ticks_failed);
    append(R"(,"outbox_ticks":)", sum.outbox_ticks);
    append(R"(,"outbox_at_risk":)", sum.outbox_at_risk);
}

void append_world(std::string& out, const world_state::World& world, const Replicas& replicas, TimePoint now) {
    const proto::State* state = world.state.get();
    out += R"({"name":)";
    append_json_string(out, world.name);
    out.append(R"(,"simulated":)").append(state == nullptr ? "null" : state->simulated ? "true" : "false");
    out += R"(,"tick":)";
    proto::append_time(out, state == nullptr ? std::nullopt : std::optional(state->tick));
    out += R"(,"age_seconds":)";
    out += state == nullptr ? "null" : to_epoch_seconds(TimePoint(std::max(now - state->timestamp, Milliseconds(0))));
    out += R"(,"interval_seconds":)";
    out += state == nullptr ? "null" : to_epoch_seconds(TimePoint(state->interval));
    append_collected(out, replicas, world.name);
    out += R"(,"sources":)";
    if (state == nullptr) {
        out += "null";
    } else {
        append_sources(out, *state, now);
    }
    out += '}';
}

}  // namespace

std::string encode(const StatusNow& status) {
    std::string out = R"({"status":)";
    append_json_string(out, status.status);
    out += R"(,"replicas":)";
    if (status.replicas) {
        append_list(out, *status.replicas, [&out](const auto& replica) { append_replica(out, replica); });
    } else {
        out += "null";
    }
    out += R"(,"dependencies":)";
    append_dependencies(out, status.dependencies);
    out += R"(,"worlds":)";
    append_list(
        out, status.worlds->all, [&](const auto& world) { append_world(out, world, status.replicas, status.now); });
    out += R"(,"timestamp":)";
    proto::append_time(out, status.now);
    return out + '}';
}

}  // namespace watchtower::gateway
