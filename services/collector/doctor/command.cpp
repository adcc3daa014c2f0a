#include "services/collector/doctor/command.hpp"

#include <algorithm>
#include <csignal>
#include <future>
#include <iostream>
#include <iterator>
#include <string_view>
#include <vector>

#include "common/base/configuration.hpp"
#include "common/base/log.hpp"
#include "services/collector/doctor/checks.hpp"

namespace watchtower::collector {

namespace {

constexpr auto kProgram = "watchtower-collector doctor";

/// Of each question to a store.
constexpr Milliseconds kDeadline{5'000};

postgres::Options postgres_options(const Options& options) {
    return {.url = options.stores.database_url,
            .application_name = kProgram,
            .deadline = kDeadline,
            .statement_timeout = kDeadline,
            .connections = 2};
}

nats::Options nats_options(const Options& options) {
    return {.url = options.stores.nats_url,
            .creds_file = options.stores.nats_creds_file,
            .ca_file = options.stores.nats_ca_file,
            .name = kProgram};
}

/// Everything at once, so that what hangs holds up nothing else.
doctor::Findings examine(const Options& options) {
    postgres::Client postgres(postgres_options(options));
    redis::Client redis({.url = options.stores.redis_url});
    nats::Client nats(nats_options(options));
    const auto start = [](auto look) { return std::async(std::launch::async, std::move(look)); };
    std::vector<std::future<doctor::Findings>> parts;
    parts.push_back(start([&] { return doctor::run(doctor::postgres_checks(postgres, options)); }));
    parts.push_back(start([&] { return doctor::run(doctor::redis_checks(redis, options)); }));
    parts.push_back(start([&] { return doctor::run(doctor::nats_checks(nats, postgres)); }));
    for (const World& world : options.worlds) {
        parts.push_back(start([&] { return doctor::game_findings(world, options); }));
    }
    doctor::Findings findings;
    for (auto& part : parts) {
        std::ranges::move(part.get(), std::back_inserter(findings));
    }
    return findings;
}

}  // namespace

int doctor_command(int argc, char** argv) {
    std::vector<char*> arguments(argv, argv + argc);
    const bool json = std::erase_if(arguments, [](const char* text) { return std::string_view(text) == "--json"; }) > 0;
    Options options;
    Configuration configuration(
        kProgram,
        "Looks at all that a collector with this configuration needs, and says what is wrong and"
        " what to do about it; with --json for programs.");
    declare(configuration, options);
    configuration.check([&options] { options.worlds = read_worlds(options.source); });
    if (const auto code = configuration.read(static_cast<int>(arguments.size()), arguments.data())) {
        return *code;
    }
    options.log.level = log::Level::error;
    log::start(options.log);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        const doctor::Findings findings = examine(options);
        std::cout << (json ? doctor::to_json(findings) : doctor::to_text(findings)) << std::flush;
        return static_cast<int>(doctor::worst(findings));
    } catch (const std::exception& error) {
        std::cerr << kProgram << ": " << error.what() << "\n";
        return 2;
    }
}

}  // namespace watchtower::collector
