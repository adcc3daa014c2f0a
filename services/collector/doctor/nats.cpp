#include <algorithm>
#include <cstdint>
#include <string>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"
#include "services/collector/doctor/checks.hpp"

namespace watchtower::collector::doctor {

namespace {

constexpr auto kUrlAdvice = "check NATS_URL, NATS_CREDS_FILE, NATS_CA_FILE, the servers and the network between";
constexpr Milliseconds kConnectDeadline{5'000};

/// Publications made up for after an outage may be this old by default, and are told apart by their ids for that long.
constexpr std::chrono::minutes kUsualBacklog{60};
constexpr std::chrono::hours kUsualAge{7 * 24};

constexpr auto kLargestDocument =
    "select coalesce(max(octet_length(document::text)), 0) from snapshots join worlds using (world)"
    " where tick = last_tick";

Outcome reach(nats::Client& nats) {
    (void)nats.wait_connected(kConnectDeadline);  // without one, what comes next says why
    nats.flush(kConnectDeadline);
    return fine("connected, and the server answers");
}

std::string minutes(std::chrono::seconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(time).count()) + " min";
}

Outcome stream(nats::Client& nats) {
    const auto jetstream = nats.find_stream(std::string(proto::kStream));
    if (!jetstream) {
        return warning("the server has no JetStream",
                       "without it subscribers get only what comes while they are connected");
    }
    if (!jetstream->settings) {
        return warning("there is no stream " + std::string(proto::kStream), "a publisher makes it when it starts");
    }
    const auto& settings = *jetstream->settings;
    const std::string what = std::string(proto::kStream) + " keeps " + std::to_string(settings.messages) +
                             " messages, for " + std::to_string(settings.max_age.count() / 3600) +
                             " h, and knows ids for " + minutes(settings.duplicate_window);
    std::string wrong;
    const auto note = [&wrong](bool is_wrong, const std::string& text) {
        wrong += is_wrong ? (wrong.empty() ? "" : "; ") + text : "";
    };
    note(settings.duplicate_window < kUsualBacklog,
         "the duplicate window is under PUBLISH_BACKLOG times PUBLISH_INTERVAL (usually 60 min): made-up-for messages "
         "come twice");
    note(settings.max_age != std::chrono::seconds(0) && settings.max_age < kUsualAge, "max_age is under 7 days");
    note(!settings.on_disk, "storage is memory: a restart forgets everything");
    note(!settings.by_limits, "retention is not by limits: messages go when somebody has read them");
    note(settings.is_bounded, "max_bytes or max_msgs may throw messages away before their time");
    return wrong.empty() ? fine(what)
                         : warning(what, wrong + ". NATS_MANAGE_STREAM=true lets the publisher set age and window");
}

Outcome payload(nats::Client& nats, postgres::Client& postgres) {
    const std::uint64_t most = nats.max_payload();
    std::uint64_t largest = 0;
    try {
        largest = postgres.read([](pqxx::read_transaction& transaction) {
            return transaction.exec1(kLargestDocument)[0].as<std::uint64_t>();
        });
    } catch (const std::exception&) {
        return fine("up to " + std::to_string(most) + " bytes; how large documents are, PostgreSQL did not tell");
    }
    const std::string what =
        "up to " + std::to_string(most) + " bytes; the largest document has " + std::to_string(largest);
    constexpr auto kAdvice = "raise the server's max_payload, or lower BY_PLAYER_LIMIT";
    if (largest >= most) {
        return failed(what, kAdvice);
    }
    return largest * 10 > most * 8 ? warning(what, kAdvice) : fine(what);
}

}  // namespace

std::vector<Check> nats_checks(nats::Client& nats, postgres::Client& postgres) {
    return {{"nats", [&] { return reach(nats); }, kUrlAdvice},
            {"nats stream", [&] { return stream(nats); }, "its user needs JetStream's API ($JS.API.>) and an inbox"},
            {"nats payload", [&] { return payload(nats, postgres); }, kUrlAdvice}};
}

}  // namespace watchtower::collector::doctor
