#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace watchtower::collector {

/// The players of a world that were erased. Nobody knows their ids any more, only salted hashes of them. Such a player
/// is counted as everybody and shown nowhere: in the world's table of names and in the keys of list entries he stands
/// under his pseudonym, which is made of the hash.
class ErasedPlayers {
public:
    /// None.
    ErasedPlayers() = default;
    /// `salt`: the world's, any bytes. `hashes`: SHA-256 of salt and id, in lower-case hexadecimal digits. `erasures`:
    /// how many there had been in this world by then; it tells an older set from a newer one.
    ErasedPlayers(std::string salt, const std::vector<std::string>& hashes, std::uint64_t erasures);

    [[nodiscard]] bool empty() const { return hashes_.empty(); }
    [[nodiscard]] std::uint64_t erasures() const { return erasures_; }

    /// What stands for `player_id`; nothing when he was not erased. Takes a hash: look first whether he is known.
    [[nodiscard]] std::optional<std::string> pseudonym_of(std::string_view player_id) const;

    /// Whether a name stands for an erased player. A player who calls himself so is not taken for one unless he knows
    /// the hash.
    [[nodiscard]] bool is_pseudonym(std::string_view name) const;

private:
    std::string salt_;
    std::unordered_set<std::string> hashes_;
    std::uint64_t erasures_ = 0;
};

/// What the pseudonyms begin with; the hash follows.
inline constexpr std::string_view kErasedPrefix = "erased:";

/// The hash by which an erased player is known.
[[nodiscard]] std::string erased_hash(std::string_view salt, std::string_view player_id);

}  // namespace watchtower::collector
