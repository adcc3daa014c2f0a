#include "services/api-gateway/options.hpp"

#include "common/base/configuration.hpp"
#include "services/api-gateway/access.hpp"
#include "services/api-gateway/cors.hpp"

namespace watchtower::gateway {

namespace {

constexpr std::int64_t kMostTopPlayers = 1000;
constexpr std::int64_t kMostRequests = 1'000'000'000;

void declare(Configuration& configuration, Options& options) {
    configuration.text("LISTEN_ADDRESS", options.listen_address, "address of the public listener");
    configuration.port("PORT", options.port, "port of the public listener; 0: any free one");
    configuration.text("MANAGEMENT_ADDRESS", options.management_address, "address of the management listener");
    configuration.port("MANAGEMENT_PORT", options.management_port, "port of the management listener; 0: any free one");
    world_state::declare(configuration, options.stores);
    configuration.secret_list("API_KEY", options.api_keys, "accepted keys, separated by commas");
    configuration.choice(
        "API_AUTH", options.api_auth, {"write", "all", "none"}, "what needs a key: writes, all of the API, nothing");
    configuration.list("CORS_ORIGINS", options.cors_origins, "origins whose pages may read, or *");
    configuration.list("TRUSTED_PROXIES",
                       options.trusted_proxies,
                       "addresses and networks of the proxies whose X-Forwarded-For tells who asks");
    configuration.integer("RATE_LIMIT",
                          options.rate_limit,
                          0,
                          kMostRequests,
                          "requests a minute of each key or address over all gateways; 0: any number");
    configuration.integer("EXPORTER_TOP_PLAYERS",
                          options.top_players,
                          0,
                          kMostTopPlayers,
                          "players with series of their own in /metrics, as the exporter has it");
    configuration.log(options.log);
}

}  // namespace

http::AddressSet trusted_proxies(const Options& options) {
    try {
        return http::AddressSet(options.trusted_proxies);
    } catch (const BadInput& e) {
        throw BadInput(std::string("TRUSTED_PROXIES: ") + e.what());
    }
}

std::optional<int> read_options(int argc, char** argv, Options& options) {
    Configuration configuration("watchtower-api-gateway", "Answers over HTTP what happens in the game");
    declare(configuration, options);
    configuration.check([&] { const Cors cors(options.cors_origins); });
    configuration.check([&] { const Access access(options.api_keys, parse_key_policy(options.api_auth)); });
    configuration.check([&] { (void)trusted_proxies(options); });
    return configuration.read(argc, argv);
}

}  // namespace watchtower::gateway
