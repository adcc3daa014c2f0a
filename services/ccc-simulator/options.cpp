#include "services/ccc-simulator/options.hpp"

#include <algorithm>
#include <regex>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"

namespace watchtower::simulator {

namespace {

/// What Configuration has no type for.
struct Raw {
    std::int64_t seed = 1;
    std::int64_t players = 200;
    std::int64_t list_length = 1000;
    std::int64_t page_size = 0;
    std::int64_t warmup = 0;
    std::string deaths = "none";
    std::vector<std::string> shape;
    std::string faults;
};

void declare_world(Configuration& configuration, Options& options, Raw& raw) {
    WorldOptions& world = options.world;
    configuration.list("SIM_WORLDS", options.worlds, "names of the worlds; the first is served at the root, too");
    configuration.integer("SIM_SEED", raw.seed, 0, INT64_MAX, "the same seed gives the same history");
    configuration.integer("SIM_PLAYERS", raw.players, 1, 2'000'000, "players in a world at its start");
    configuration.number("SIM_SPEED", options.speed, 0, 100'000, "game seconds in a second; 0: moved by hand only");
    configuration.integer(
        "SIM_WARMUP", raw.warmup, 0, 30LL * 86'400, "game seconds a world has behind it at the start");
    configuration.number("SIM_ACTIVITY", world.activity, 0, 100, "multiplies how often players act");
    configuration.number("SIM_CHURN", world.churn, 0, 10'000, "multiplies how often players come and leave");
    configuration.number("SIM_RETURNS", world.returns, 0, 1, "share of those who come that were there before");
    configuration.number("SIM_CHEATERS", world.cheaters, 0, 0.5, "share of the first players who do not play fair");
    configuration.boolean("SIM_FRACTIONS", world.fractions, "amounts with up to six decimals");
    configuration.choice("SIM_NOMAD_DEATHS",
                         raw.deaths,
                         {"none", "inherit", "lose"},
                         "whether nomads die in combats, and what becomes of their counters");
}

void declare(Configuration& configuration, Options& options, Raw& raw) {
    configuration.text("LISTEN_ADDRESS", options.listen_address, "address to listen on");
    configuration.port("PORT", options.port, "port to listen on; 0: any free one");
    declare_world(configuration, options, raw);
    configuration.list("SIM_SHAPE", raw.shape, "forms of the bodies, such as nomads=grouped,players=integer");
    configuration.integer("SIM_PAGE_SIZE", raw.page_size, 0, 1'000'000, "records on a page; 0: no pages");
    configuration.integer("SIM_LIST_LENGTH", raw.list_length, 1, 1'000'000, "newest combats and events that are shown");
    configuration.text("SIM_FAULTS", raw.faults, "JSON list of faults at the start");
    configuration.secret("CCC_API_KEY", options.api_key, "key that readers of the game must bear");
    configuration.secret("ADMIN_TOKEN", options.admin_token, "key to /admin; without it only from this machine");
    configuration.log(options.log);
}

void check_worlds(const std::vector<std::string>& worlds) {
    static const std::regex kName("[a-z0-9][a-z0-9-]{0,31}");
    if (worlds.empty()) {
        throw BadInput("SIM_WORLDS: no name");
    }
    for (auto world = worlds.begin(); world != worlds.end(); ++world) {
        if (!std::regex_match(*world, kName) || std::find(worlds.begin(), world, *world) != world) {
            throw BadInput("SIM_WORLDS: '" + *world + "' is no name of a world, or there twice");
        }
    }
}

std::vector<Fault> checked_faults(const std::string& text, const std::vector<std::string>& worlds) {
    std::vector<Fault> faults = text.empty() ? std::vector<Fault>() : parse_faults(text);
    for (const Fault& fault : faults) {
        if (fault.world && std::find(worlds.begin(), worlds.end(), *fault.world) == worlds.end()) {
            throw BadInput("SIM_FAULTS: world: '" + *fault.world + "' is unknown");
        }
    }
    return faults;
}

}  // namespace

std::optional<int> read_options(int argc, char** argv, Options& options) {
    Raw raw;
    Configuration configuration("watchtower-ccc-simulator", "A made-up game in place of the CCC API");
    declare(configuration, options, raw);
    configuration.check([&] { check_worlds(options.worlds); });
    configuration.check([&] { options.shape = parse_shape(raw.shape); });
    configuration.check([&] { options.faults = checked_faults(raw.faults, options.worlds); });
    if (const auto code = configuration.read(argc, argv)) {
        return code;
    }
    options.world.seed = static_cast<std::uint64_t>(raw.seed);
    options.world.players = static_cast<std::uint32_t>(raw.players);
    options.world.list_length = static_cast<std::uint32_t>(raw.list_length);
    options.world.deaths = raw.deaths == "none"      ? NomadDeaths::none
                           : raw.deaths == "inherit" ? NomadDeaths::inherit
                                                     : NomadDeaths::lose;
    options.page_size = static_cast<std::size_t>(raw.page_size);
    options.warmup = static_cast<std::uint32_t>(raw.warmup);
    return std::nullopt;
}

}  // namespace watchtower::simulator
