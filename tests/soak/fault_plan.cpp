#include "tests/soak/fault_plan.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace watchtower::test {

namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 10> kHarms = {
    "kill", "stop", "freeze", "forget", "read_only", "full_disk", "nonsense", "slow", "cut", "swallow"};

/// std's distributions differ between libraries; a seed shall mean the same everywhere.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    milliseconds between(milliseconds least, milliseconds most) {
        return least + milliseconds(below(static_cast<std::uint64_t>((most - least).count()) + 1));
    }
    template <typename T, std::size_t size>
    const T& one_of(const std::array<T, size>& values) {
        return values[below(size)];
    }

private:
    std::mt19937_64 engine_;
};

milliseconds draw_length(Dice& dice) {
    const auto kind = dice.below(100);
    if (kind < 65) {
        return dice.between(milliseconds(200), milliseconds(2'500));
    }
    if (kind < 95) {
        return dice.between(milliseconds(2'500), milliseconds(6'000));
    }
    return dice.between(milliseconds(6'000), milliseconds(75'000));
}

std::string collector(Dice& dice) {
    return "collector-" + std::to_string(dice.below(kCollectors));
}

Fault draw_server_fault(Dice& dice) {
    using Choice = std::pair<std::string_view, Harm>;
    static constexpr std::array<Choice, 14> kChoices = {{{"postgres", Harm::kill},
                                                         {"postgres", Harm::stop},
                                                         {"postgres", Harm::freeze},
                                                         {"postgres", Harm::freeze},
                                                         {"postgres", Harm::read_only},
                                                         {"postgres", Harm::full_disk},
                                                         {"redis", Harm::kill},
                                                         {"redis", Harm::freeze},
                                                         {"redis", Harm::forget},
                                                         {"nats", Harm::kill},
                                                         {"nats", Harm::freeze},
                                                         {kGame, Harm::freeze},
                                                         {kGame, Harm::nonsense},
                                                         {kGame, Harm::slow}}};
    const Choice& choice = dice.one_of(kChoices);
    return {choice.second, std::string(choice.first), {}, {}};
}

Fault draw_fault(Dice& dice) {
    static constexpr std::array kToCollector = {Harm::kill, Harm::kill, Harm::freeze, Harm::freeze, Harm::stop};
    static constexpr std::array kToReader = {Harm::kill, Harm::freeze, Harm::stop};
    static constexpr std::array kToLink = {Harm::cut, Harm::swallow};
    static constexpr std::array<std::string_view, 4> kBehindCollector = {"postgres", "redis", "nats", kGame};
    static constexpr std::array<std::string_view, 3> kBehindReader = {"postgres", "redis", "nats"};
    static constexpr std::array<std::string_view, 2> kReaders = {"exporter", "api-gateway"};
    const auto part = dice.below(100);
    if (part < 32) {
        return {dice.one_of(kToCollector), collector(dice), {}, {}};
    }
    if (part < 65) {
        return draw_server_fault(dice);
    }
    if (part < 90) {
        return {dice.one_of(kToLink), collector(dice).append(">").append(dice.one_of(kBehindCollector)), {}, {}};
    }
    const std::string reader(dice.one_of(kReaders));
    if (part < 95) {
        return {dice.one_of(kToReader), reader, {}, {}};
    }
    return {dice.one_of(kToLink), reader + ">" + std::string(dice.one_of(kBehindReader)), {}, {}};
}

}  // namespace

std::string_view to_text(Harm harm) {
    return kHarms[static_cast<std::size_t>(harm)];
}

milliseconds Blow::lasts() const {
    milliseconds longest{0};
    for (const Fault& fault : faults) {
        longest = std::max(longest, fault.after + fault.lasts);
    }
    return longest;
}

std::vector<Blow> fault_plan(std::uint64_t seed, milliseconds duration) {
    constexpr std::uint64_t kOneInSoManyIsTwo = 6;
    const milliseconds longest = std::max(milliseconds(1'000), duration / 8);
    Dice dice(seed);
    std::vector<Blow> plan;
    milliseconds end{0};
    for (;;) {
        Blow blow;
        blow.calm = dice.between(milliseconds(300), milliseconds(1'500));
        Fault first = draw_fault(dice);
        first.lasts = std::min(longest, draw_length(dice));
        blow.faults.push_back(first);
        if (dice.below(kOneInSoManyIsTwo) == 0) {
            Fault second = draw_fault(dice);
            second.after = dice.between(milliseconds(0), first.lasts);
            second.lasts = std::min(longest, draw_length(dice));
            if (second.victim != first.victim) {
                blow.faults.push_back(second);
            }
        }
        end += blow.calm + blow.lasts();
        if (end > duration) {
            return plan;
        }
        plan.push_back(std::move(blow));
    }
}

std::string describe(const Fault& fault) {
    const auto tenths = (fault.lasts.count() + 50) / 100;
    return fault.victim + " " + std::string(to_text(fault.harm)) + " for " + std::to_string(tenths / 10) + "." +
           std::to_string(tenths % 10) + " s";
}

}  // namespace watchtower::test
