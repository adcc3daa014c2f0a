#include "tests/soak/coverage.hpp"

#include <algorithm>

namespace watchtower::test {

namespace {

/// Whether who collects which world may have to change.
bool moves_worlds(const Fault& fault) {
    const bool collector = fault.victim.starts_with("collector-");
    const bool link = fault.victim.find('>') != std::string::npos;
    return link ? collector && fault.victim.ends_with(">redis") : collector || fault.victim == "redis";
}

struct Span {
    TimePoint from;
    TimePoint to;
};

std::vector<Span> excused(const Struck& struck) {
    if (struck.blow.faults.size() > 1) {
        return {{struck.from, struck.well + kTakeover}};
    }
    if (!moves_worlds(struck.blow.faults.front())) {
        return {};
    }
    return {{struck.from, struck.from + kTakeover}, {struck.mended, struck.mended + kTakeover}};
}

}  // namespace

bool could_be_collected(TimePoint tick,
                        Milliseconds interval,
                        const std::vector<Struck>& struck,
                        const std::vector<Standstill>& standstills) {
    const auto touches = [&](TimePoint from, TimePoint to) { return tick + interval >= from && tick <= to; };
    const bool hindered = std::any_of(struck.begin(), struck.end(), [&](const Struck& blow) {
        const auto spans = excused(blow);
        return std::any_of(spans.begin(), spans.end(), [&](const Span& span) { return touches(span.from, span.to); });
    });
    return !hindered && std::none_of(standstills.begin(), standstills.end(), [&](const Standstill& standstill) {
        return touches(standstill.from, standstill.to);
    });
}

}  // namespace watchtower::test
