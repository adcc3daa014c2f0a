#include <algorithm>
#include <chrono>
#include <future>
#include <stop_token>
#include <string>

#include "services/collector/doctor/checks.hpp"
#include "services/collector/doctor/clock.hpp"
#include "services/collector/source/client.hpp"

namespace watchtower::collector::doctor {

namespace {

/// The header Date has whole seconds.
constexpr Milliseconds kDateError{1'000};

/// Records are looked at by the parser, and then not needed.
class Nowhere final : public RecordSink {
public:
    std::optional<InvalidReason> take(const NomadRecord& /*record*/) override { return std::nullopt; }
    std::optional<InvalidReason> take(const BalanceRecord& /*record*/) override { return std::nullopt; }
    std::optional<InvalidReason> take(const DwellingRecord& /*record*/) override { return std::nullopt; }
    std::optional<InvalidReason> take(const CombatRecord& /*record*/) override { return std::nullopt; }
    std::optional<InvalidReason> take(const EventRecord& /*record*/) override { return std::nullopt; }
};

struct Answer {
    SectionRead read;
    TimePoint asked;
    TimePoint answered;
};

Answer read(const World& world, proto::Section section, const Options& options) {
    SectionSource source(world, section, {.max_body_bytes = options.max_body_bytes});
    Nowhere nowhere;
    const SystemClock clock;
    Answer answer;
    answer.asked = clock.now();
    answer.read = source.read({}, std::chrono::steady_clock::now() + options.request_timeout, nowhere);
    answer.answered = clock.now();
    return answer;
}

std::string advice_for(proto::SectionError error) {
    switch (error) {
        case proto::SectionError::unauthorized:
            return "the game does not take CCC_API_KEY";
        case proto::SectionError::not_found:
            return "CCC_API_URL is not where the game's API begins, or it has no such section";
        case proto::SectionError::timeout:
            return "the game is too slow for CCC_REQUEST_TIMEOUT, or does not answer at all";
        case proto::SectionError::network_error:
            return "check CCC_API_URL, the game, names and the network between; for https, its certificate";
        case proto::SectionError::invalid_body:
            return "what it sends has another shape than docs/contract.md: is it the game, and of the right version?";
        case proto::SectionError::too_large:
            return "raise CCC_MAX_BODY_BYTES if this is right";
        default:
            return "the game refuses or fails: its own log tells why";
    }
}

Outcome outcome_of(const SectionRead& read, Milliseconds took) {
    if (read.failure) {
        return failed(std::string(to_text(read.failure->error)) + ": " + read.failure->reason,
                      advice_for(read.failure->error));
    }
    std::string what = std::to_string(read.records) + " records, " + std::to_string(read.pages) + " pages, " +
                       std::to_string(took.count()) + " ms" + (read.simulated ? ", simulated" : "");
    if (read.invalid.total() > 0) {
        for (const InvalidReason reason : kInvalidReasons) {
            if (read.invalid.count(reason) > 0) {
                what += "; " + std::to_string(read.invalid.count(reason)) + " " + std::string(to_text(reason)) +
                        ", such as " + read.invalid.example(reason);
            }
        }
        return warning(what, "these records are skipped: the game's developers have to look at them");
    }
    if (!read.errors.empty()) {
        return warning(what + "; only after " + std::to_string(read.errors.size()) + " failed tries",
                       advice_for(read.errors.front()));
    }
    return fine(what);
}

}  // namespace

Findings game_findings(const World& world, const Options& options) {
    std::vector<std::future<Answer>> reads;
    reads.reserve(proto::kSectionCount);
    for (const proto::Section section : proto::kSections) {
        reads.push_back(
            std::async(std::launch::async, [&world, &options, section] { return read(world, section, options); }));
    }
    Findings findings;
    const std::string name = "game " + world.name;
    Outcome clock = failed("not known", "see " + name + " " + std::string(path_of(proto::kSections.front())));
    for (const proto::Section section : proto::kSections) {
        const Answer answer = reads[proto::index(section)].get();
        const auto took = answer.answered - answer.asked;
        Outcome outcome = outcome_of(answer.read, took);
        if (outcome.verdict == Verdict::ok && took > options.interval) {
            outcome =
                warning(outcome.what, "this takes longer than METRICS_COLLECTION_INTERVAL: ticks will be skipped");
        }
        findings.push_back({name + " " + std::string(path_of(section)), outcome});
        if (!answer.read.date.empty()) {
            const auto told = parse_http_date(answer.read.date);
            clock = told ? compare_clock("the game's", *told, answer.asked, answer.answered, kDateError)
                         : fine("the game tells no time that can be read");
        } else if (!answer.read.failure) {
            clock = fine("the game tells no time");
        }
    }
    findings.push_back({name + " clock", clock});
    return findings;
}

}  // namespace watchtower::collector::doctor
