#include "tests/soak/stage.hpp"

#include <sstream>

#include <nlohmann/json.hpp>

namespace watchtower::test {

namespace {

using nlohmann::json;

constexpr auto kNoSpace =
    "create function no_space() returns trigger language plpgsql as $$ begin raise exception"
    " 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;"
    "create trigger no_space before insert on snapshots for each row execute function no_space()";
constexpr auto kSpaceAgain = "drop trigger no_space on snapshots; drop function no_space()";

/// What the game answers while it talks nonsense: some of everything, so that sections fail one by one.
constexpr auto kNonsense = R"([{"kind":"status","status":503,"probability":0.3},{"kind":"cut_json","probability":0.2},)"
                           R"({"kind":"invalid_json","probability":0.2},{"kind":"truncate","probability":0.2}])";
constexpr auto kSlow = R"([{"kind":"delay","milliseconds":400,"probability":0.7}])";

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text.append(text.empty() ? "" : ",").append(word);
    }
    return text;
}

}  // namespace

Stage::Stage(Options options)
    : options_(std::move(options)),
      postgres({.durable = true, .passwords = false, .settings = {"max_connections=80"}}),
      redis({.password = {}, .append_only = true, .arguments = {}}),
      game({.flags = {{"sim-worlds", joined(options_.worlds)},
                      {"sim-players", std::to_string(options_.players)},
                      {"sim-speed", "60"},
                      {"sim-churn", "200"},
                      {"sim-returns", "0.6"},
                      {"sim-fractions", "true"},
                      {"sim-list-length", "2000"},
                      {"sim-warmup", "300"}}}) {
    for (int number = 0; number < options_.collectors; ++number) {
        add_collector(number);
    }
    add_reader("exporter");
    add_reader("api-gateway");
}

void Stage::add_gates(const std::string& process) {
    const std::map<std::string, int> ports = {{"postgres", postgres.port()},
                                              {"redis", redis.port()},
                                              {"nats", nats.port()},
                                              {std::string(kGame), game.port()}};
    for (const auto& [server, port] : ports) {
        gates_.emplace(std::string(process).append(">").append(server), std::make_unique<TcpGate>(port));
    }
}

std::map<std::string, std::string> Stage::environment(const std::string& process, const std::string& role) {
    const auto port = [&](const char* server) { return gate(process + ">" + server).port(); };
    const std::string here = "127.0.0.1:";
    return {{"DATABASE_URL", postgres.url_through(port("postgres"), role)},
            {"REDIS_URL", "redis://" + here + std::to_string(port("redis")) + "/0"},
            {"NATS_URL", "nats://" + here + std::to_string(port("nats"))},
            {"BY_PLAYER_LIMIT", "20"}};
}

void Stage::add_collector(int number) {
    const std::string name = "collector-" + std::to_string(number);
    add_gates(name);
    const std::string base = "http://127.0.0.1:" + std::to_string(gate(name + ">" + std::string(kGame)).port());
    json worlds = json::array();
    for (const auto& world : options_.worlds) {
        worlds.push_back({{"name", world}, {"url", std::string(base).append("/worlds/").append(world)}});
    }
    auto variables = environment(name, "watchtower");
    variables["CCC_WORLDS_FILE"] = folder_.write(name + ".worlds.json", worlds.dump());
    variables["METRICS_COLLECTION_INTERVAL"] = "0.5";
    for (const auto& [variable, value] : options_.collector_environment) {
        variables[variable] = value;
    }
    services_.emplace(
        name,
        std::make_unique<Service>(
            "collector",
            Service::Options{
                .environment = variables, .arguments = {}, .listener = "management-port", .wait_for = "/health"}));
}

void Stage::add_reader(const std::string& name) {
    add_gates(name);
    services_.emplace(name,
                      std::make_unique<Service>(name,
                                                Service::Options{.environment = environment(name, "watchtower_reader"),
                                                                 .arguments = {},
                                                                 .listener = "port",
                                                                 .wait_for = "/health"}));
}

LocalServer* Stage::server(const std::string& name) {
    if (name == "redis") {
        return &redis;
    }
    if (name == "nats") {
        return &nats;
    }
    if (name == kGame) {
        return &game;
    }
    return services_.at(name).get();
}

void Stage::strike(const Fault& fault) {
    if (fault.victim.find('>') != std::string::npos) {
        strike_link(fault);
        return;
    }
    if (fault.victim == "postgres") {
        strike_postgres(fault.harm);
        return;
    }
    LocalServer& victim = *server(fault.victim);
    switch (fault.harm) {
        case Harm::forget:
            (void)Process({.command = {"redis-cli", "-p", std::to_string(redis.port()), "flushall"},
                           .environment = {},
                           .output = {},
                           .user = {},
                           .folder = {}})
                .wait(std::chrono::seconds(10));
            [[fallthrough]];
        case Harm::kill:
            down_[fault.victim] = true;
            victim.kill();
            break;
        case Harm::stop:
            down_[fault.victim] = true;
            if (const int code = victim.stop(); code != 0) {
                bad_ends_ += fault.victim + " was told to end and ended with " + std::to_string(code) + "\n";
            }
            break;
        case Harm::freeze:
            victim.freeze();
            break;
        case Harm::nonsense:
            game.set_faults(kNonsense);
            break;
        case Harm::slow:
            game.set_faults(kSlow);
            break;
        default:
            throw std::logic_error("not a harm for " + fault.victim);
    }
}

void Stage::mend(const Fault& fault) {
    if (fault.victim.find('>') != std::string::npos) {
        gate(fault.victim).resume();
        return;
    }
    if (fault.victim == "postgres") {
        mend_postgres(fault.harm);
        return;
    }
    LocalServer& victim = *server(fault.victim);
    switch (fault.harm) {
        case Harm::freeze:
            victim.thaw();
            break;
        case Harm::nonsense:
        case Harm::slow:
            game.set_faults("[]");
            break;
        default:
            victim.start();
            down_[fault.victim] = false;
    }
}

void Stage::strike_link(const Fault& fault) {
    if (fault.harm == Harm::cut) {
        gate(fault.victim).cut();
    } else {
        gate(fault.victim).freeze();
    }
}

void Stage::strike_postgres(Harm harm) {
    switch (harm) {
        case Harm::kill:
            postgres.kill();
            break;
        case Harm::stop:
            postgres.stop();
            break;
        case Harm::freeze:
            postgres.freeze();
            break;
        case Harm::read_only:
            postgres.run("alter system set default_transaction_read_only = on");
            postgres.run("select pg_reload_conf()");
            break;
        case Harm::full_disk:
            postgres.run(kNoSpace);
            break;
        default:
            throw std::logic_error("not a harm for postgres");
    }
}

void Stage::mend_postgres(Harm harm) {
    switch (harm) {
        case Harm::freeze:
            postgres.thaw();
            break;
        case Harm::read_only:
            postgres.run("alter system reset default_transaction_read_only");
            postgres.run("select pg_reload_conf()");
            break;
        case Harm::full_disk:
            postgres.run(kSpaceAgain);
            break;
        default:
            postgres.start();
    }
}

std::string Stage::deaths() {
    std::string text = bad_ends_;
    for (const auto& [name, service] : services_) {
        if (!down_[name] && !service->process().running()) {
            const std::string output = service->output();
            text += name + " ended by itself with " +
                    std::to_string(service->process().wait(std::chrono::milliseconds(0)).value_or(-1)) + ": " +
                    output.substr(output.size() - std::min<std::size_t>(output.size(), 1'000)) + "\n";
        }
    }
    return text;
}

std::string Stage::ailments() {
    std::string text = deaths();
    for (int number = 0; number < options_.collectors; ++number) {
        if (collector(number).get("/ready").status != 200) {
            text += "collector-" + std::to_string(number) + " is not ready\n";
        }
    }
    const std::string late = postgres.ask(
        "select string_agg(world || ' ' || coalesce(last_tick::text, 'never'), ', ') from worlds"
        " where last_tick is null or last_tick < now() - interval '2 seconds'");
    if (!late.empty()) {
        text += "no newer tick stored: " + late + "\n";
    }
    return text + unsettled();
}

double Stage::sum(const std::string& series) {
    double total = 0;
    for (int number = 0; number < options_.collectors; ++number) {
        total += collector(number).metric(series).value_or(0);
    }
    return total;
}

std::string Stage::unsettled() {
    std::string text;
    for (const std::string& world : options_.worlds) {
        if (const double owners = sum("watchtower_world_owned{world=\"" + world + "\"}"); owners != 1) {
            text += world + " has owners: " + std::to_string(owners) + "\n";
        }
        for (const char* family : {"watchtower_outbox_ticks", "watchtower_outbox_at_risk_ticks"}) {
            const std::string series = std::string(family) + "{world=\"" + world + "\"}";
            if (const double value = sum(series); value != 0) {
                text += series + " is " + std::to_string(value) + "\n";
            }
        }
    }
    return text;
}

std::string Stage::close() {
    for (const auto& [name, service] : services_) {
        down_[name] = true;
        if (const int code = service->stop(); code != 0) {
            bad_ends_ += name + " was told to end and ended with " + std::to_string(code) + "\n";
        }
    }
    return bad_ends_;
}

std::map<std::string, std::string> Stage::outputs() const {
    std::map<std::string, std::string> all = {
        {"postgres", postgres.log()}, {"redis", redis.output()}, {"nats", nats.output()}, {"game", game.output()}};
    for (const auto& [name, service] : services_) {
        all[name] = service->output();
    }
    return all;
}

}  // namespace watchtower::test
