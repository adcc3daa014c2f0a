#include "tests/support/world_stores.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "common/nats/client.hpp"
#include "common/redis/client.hpp"
#include "common/world_state/redis_states.hpp"
#include "proto-json/names.hpp"

namespace watchtower::test {

namespace {

constexpr std::chrono::seconds kDeadline{5};

std::string quoted(const std::string& text) {
    return "$text$" + text + "$text$";
}

/// The collector's migrations, in order.
std::string schema() {
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(WATCHTOWER_MIGRATIONS_FOLDER)) {
        if (entry.path().extension() == ".sql") {
            files.insert(entry.path());
        }
    }
    std::ostringstream text;
    for (const auto& file : files) {
        text << std::ifstream(file).rdbuf();
    }
    return text.str();
}

}  // namespace

WorldStores::WorldStores() {
    postgres.run("set role watchtower; " + schema() +
                 "create table snapshots_of_a_test partition of snapshots default;");
}

void WorldStores::store(const proto::State& state, std::int64_t position) const {
    const std::string world = quoted(state.world);
    const std::string tick = quoted(to_rfc3339(state.tick));
    postgres.run("insert into worlds (world, position, first_seen, last_tick) values (" + world + ", " +
                 std::to_string(position) + ", " + tick + ", " + tick +
                 ") on conflict (world) do update set last_tick = excluded.last_tick;"
                 "insert into snapshots (world, tick, \"timestamp\", state, document) values (" +
                 world + ", " + tick + ", " + quoted(to_rfc3339(state.timestamp)) + ", " + quoted(encode(state)) +
                 ", " + quoted(encode(state.document)) + ")");
}

void WorldStores::put(const proto::State& state, std::int64_t position) const {
    redis::Options options;
    options.url = redis.url();
    redis::Client client(options);
    (void)world_state::put(client, state, position);
}

void WorldStores::announce(const proto::State& state) const {
    nats::Options options;
    options.url = nats.url();
    nats::Client client(options);
    (void)client.wait_connected(kDeadline);
    client.publish_flushed(
        proto::state_subject(state.world), std::to_string(state.tick.time_since_epoch().count()), {}, kDeadline);
}

}  // namespace watchtower::test
