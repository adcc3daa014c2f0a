#include "services/collector/model/erased_players.hpp"

#include <utility>

#include "common/crypto/sha256.hpp"

namespace watchtower::collector {

ErasedPlayers::ErasedPlayers(std::string salt, const std::vector<std::string>& hashes, std::uint64_t erasures)
    : salt_(std::move(salt)),
      hashes_(hashes.begin(), hashes.end()),
      erasures_(erasures) {}

std::optional<std::string> ErasedPlayers::pseudonym_of(std::string_view player_id) const {
    if (empty()) {
        return std::nullopt;
    }
    const std::string hash = erased_hash(salt_, player_id);
    return hashes_.contains(hash) ? std::optional(std::string(kErasedPrefix) + hash) : std::nullopt;
}

bool ErasedPlayers::is_pseudonym(std::string_view name) const {
    return !empty() && name.starts_with(kErasedPrefix) &&
           hashes_.contains(std::string(name.substr(kErasedPrefix.size())));
}

std::string erased_hash(std::string_view salt, std::string_view player_id) {
    std::string text(salt);
    text.append(player_id);
    return crypto::to_hex(crypto::sha256(text));
}

}  // namespace watchtower::collector
