#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/collector_model/answer.hpp"
#include "tests/unit/collector_model/bookkeeper.hpp"

namespace watchtower::collector::test {

/// What kind of game it is and how it answers; by its seed.
struct Habits {
    enum class Form {
        sums,     ///< each nomad tells its actions
        grouped,  ///< one record a player, with count and actions
        last,     ///< each nomad tells its last action only
        stamped,  ///< and when it was
        mixed,    ///< each nomad in a form of its own
        changing  ///< all nomads of a player change their form now and then
    };
    enum class Deaths { none, inherited, lost };

    explicit Habits(std::uint64_t seed, std::size_t players);

    [[nodiscard]] bool tells_sums() const { return form == Form::sums || form == Form::grouped; }
    /// What no reader can miss, were it read a little later.
    [[nodiscard]] bool actions_can_be_known() const { return tells_sums() && deaths != Deaths::lost; }
    /// Although nomads tell only their last action.
    [[nodiscard]] bool last_actions_can_be_known() const {
        return form == Form::stamped && unhurried && fixed_company && deaths == Deaths::none;
    }
    [[nodiscard]] bool entries_can_be_known() const { return list_ids && !slides_unseen; }
    [[nodiscard]] std::string text() const;

    std::uint64_t seed;
    std::size_t players;  ///< at most
    Form form = Form::sums;
    Deaths deaths = Deaths::none;
    bool nomad_ids = false;
    bool list_ids = false;
    bool lists_look_back = false;  ///< show again what they no longer showed
    bool repeats = false;          ///< records with ids stand there twice
    bool slides_unseen = false;    ///< entries leave the lists that nobody has read
    bool fixed_company = false;    ///< nobody leaves
    bool unhurried = false;        ///< a nomad acts once at most between two reads of nomads, none of which fails
    bool resets = false;
    double failing = 0;  ///< of each section at each tick
    double dropped = 0;  ///< of ticks that are compared and not kept
    Milliseconds step_length{60'000};
};

/// A game whose truth is known: players come, go and return, act, earn and spend, fight; events happen; sometimes it
/// all begins anew. Nothing of the collector's is in it.
class TrueGame {
public:
    explicit TrueGame(const Habits& habits);

    /// Until the next tick.
    void live();
    /// What the game says now, to a reader who has kept all answers given to `kept` so far. With `all` everybody is
    /// there, no section fails and the lists hold everything that was not kept yet.
    [[nodiscard]] Answer answer(bool all);
    /// The answer was kept.
    void keep(const Answer& answer);
    void begin_anew();

    // Since the very beginning.
    std::map<std::string, std::uint64_t> actions;
    std::uint64_t attacks = 0;
    std::uint64_t successful = 0;
    std::uint64_t destroyed = 0;
    std::map<std::string, Bookkeeper::EventType> events;
    std::uint64_t epoch = 0;

    [[nodiscard]] bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
    [[nodiscard]] std::mt19937_64& random() { return random_; }

private:
    struct Nomad {
        std::string id;
        Habits::Form form = Habits::Form::sums;
        std::map<std::string, std::uint64_t> actions;
        std::string last;
        std::int64_t at = 0;
    };
    struct Player {
        bool here = true;
        std::vector<Nomad> nomads;
        std::int64_t gold = 0;
        std::int64_t spice = 0;
        std::vector<std::uint32_t> dwellings;
    };
    struct Entries {
        std::vector<EntryRow> all;
        std::size_t kept = 0;   ///< how many a reader has seen for good
        std::size_t first = 0;  ///< where the list began last
    };

    [[nodiscard]] std::uint64_t number(std::uint64_t most) {
        return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
    }
    void act(Nomad& nomad);
    void live(Player& player);
    void change_company(Player& player);
    void happen();
    void show(const std::string& name, const Player& player, Answer& answer);
    std::vector<EntryRow> window(Entries& entries, bool all);

    Habits habits_;
    std::mt19937_64 random_;
    std::map<std::string, Player> players_;
    Entries combats_;
    Entries events_;
    std::uint64_t next_nomad_ = 1;
    std::int64_t now_ = 1'000;
};

}  // namespace watchtower::collector::test
