#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "services/ccc-simulator/random.hpp"

namespace watchtower::simulator {

/// What a nomad can do; the texts stand in the bodies.
enum class Action : std::uint8_t { move, attack, explore, build, trade, gather };
inline constexpr std::array<std::string_view, 6> kActionNames = {
    "move", "attack", "explore", "build", "trade", "gather"};
inline constexpr std::size_t kActionCount = kActionNames.size();
using ActionCounts = std::array<std::uint64_t, kActionCount>;

/// Players who do not play fair, as the truth declares them.
enum class Cheat : std::uint8_t {
    none,
    moves,   ///< a bot: moves each second, day and night
    nomads,  ///< makes nomads without paying
    gold,    ///< gold out of nothing
    levels   ///< a dwelling that rises without being built, also above what others may build
};
inline constexpr std::array<std::string_view, 5> kCheatNames = {"none", "moves", "nomads", "gold", "levels"};

using Millionths = std::int64_t;  ///< of one unit of gold or spice
inline constexpr Millionths kUnit = 1'000'000;
using PlayerIndex = std::uint32_t;
using NomadIndex = std::uint32_t;
inline constexpr std::uint32_t kNone = UINT32_MAX;
inline constexpr std::size_t kDwellingLevels = 4;

struct Nomad {
    std::uint32_t id = 0;  ///< from 1, never used twice in an epoch
    PlayerIndex owner = kNone;
    NomadIndex older = kNone;  ///< the owner's next nomad
    std::uint32_t last_step = 0;
    std::array<std::uint32_t, kActionCount> done{};  ///< cumulative
    Action last_action = Action::move;
    bool has_acted = false;
    bool alive = true;
};

/// A player of id index + 1. One who left keeps everything and may return with it.
struct Player {
    Millionths gold = 0;
    Millionths spice = 0;
    std::uint32_t present_position = kNone;  ///< kNone: not in the game now
    std::uint32_t other_position = 0;        ///< among those of the class, or among those who are away
    NomadIndex newest_nomad = kNone;
    std::uint16_t nomads = 0;
    std::array<std::uint16_t, kDwellingLevels> dwellings{};  ///< how many of level index + 1
    std::uint8_t activity = 0;                               ///< class: twice as active as the class below
    std::uint8_t peak = 0;                                   ///< when the player plays most, in 256ths of a day
    Cheat cheat = Cheat::none;
    float strength = 0;       ///< of the cheat: 0 the least, 1 the most
    std::uint16_t tower = 0;  ///< level of the dwelling that a cheat raises; 0: none

    [[nodiscard]] bool present() const { return present_position != kNone; }
    [[nodiscard]] std::uint32_t dwelling_count() const;
};

/// Everybody who was ever in the game, and their nomads. Choosing somebody at random takes constant time: players lie
/// in dense lists, by activity. Not thread-safe.
class Population {
public:
    /// Activity follows a Pareto distribution cut into classes: each has 2^-1.5 of the players of the class below.
    static constexpr std::size_t kClasses = 8;
    static constexpr double kClassShare = 0.35355339059327379;

    /// A new player with one nomad, in the game.
    PlayerIndex create(Random& random, Cheat cheat, float strength = 0);
    /// From now on the player cheats so, or no more.
    void set_cheat(PlayerIndex player, Cheat cheat, float strength);
    void leave(PlayerIndex player);
    void come_back(PlayerIndex player);
    NomadIndex add_nomad(PlayerIndex player);
    /// Takes the nomad out of the game. Its counters go to another nomad of the player when `inherited`.
    void remove_nomad(NomadIndex nomad, bool inherited);
    void act(NomadIndex nomad, Action action, std::uint32_t step);

    [[nodiscard]] Player& player(PlayerIndex index) { return players_[index]; }
    [[nodiscard]] const std::vector<Player>& players() const { return players_; }
    [[nodiscard]] const std::vector<Nomad>& nomads() const { return nomads_; }
    [[nodiscard]] const std::vector<PlayerIndex>& present() const { return present_; }
    [[nodiscard]] const std::vector<PlayerIndex>& away() const { return away_; }
    [[nodiscard]] const std::vector<PlayerIndex>& of_class(std::size_t activity) const { return classes_[activity]; }
    [[nodiscard]] const std::vector<PlayerIndex>& cheaters() const { return cheaters_; }
    /// Any of the player's nomads; a player always has one.
    [[nodiscard]] NomadIndex random_nomad(PlayerIndex player, Random& random) const;

private:
    void enter(PlayerIndex index);

    std::vector<Player> players_;
    std::vector<Nomad> nomads_;
    std::vector<NomadIndex> free_nomads_;
    std::vector<PlayerIndex> present_;
    std::vector<PlayerIndex> away_;
    std::vector<PlayerIndex> cheaters_;
    std::array<std::vector<PlayerIndex>, kClasses> classes_;
    std::uint32_t last_nomad_id_ = 0;
};

}  // namespace watchtower::simulator
