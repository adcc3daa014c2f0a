#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/sha256.hpp"
#include "common/http/message.hpp"

namespace watchtower::gateway {

/// What API_AUTH chooses.
enum class KeyPolicy { write, all, none };

/// What kind of thing a request asks for.
enum class Need {
    nothing,  ///< never a key: health, the page, the documentation
    read,     ///< a key when all of the API wants one
    write     ///< a key unless none is wanted: what changes something, and moderation
};

/// Who asks, as far as keys tell.
struct Caller {
    enum class Kind { without_key, with_unknown_key, with_key };
    Kind kind = Kind::without_key;
    /// Of an accepted key: 32 hexadecimal digits of its digest, by which it is told from others without being known.
    std::string key_id = {};
};

/// Who may call the API (docs/access.md). Holds digests of the keys only. Immutable, so thread-safe.
class Access {
public:
    /// Throws BadInput for a key that no header can carry; the text does not quote it.
    Access(const std::vector<std::string>& keys, KeyPolicy policy);

    /// Whose key the request carries, as Authorization: Bearer or as X-API-Key; other schemes are nobody's business.
    /// Throws HttpError 400 where it carries two different ones.
    [[nodiscard]] Caller identify(const http::Request& request) const;

    /// Throws HttpError: 401 without an accepted key, 403 where one is needed and none is configured.
    void check(const Caller& caller, Need need) const;

    /// Whether what has this need is answered to nobody without a key.
    [[nodiscard]] bool needs_key(Need need) const {
        return need != Need::nothing && policy_ != KeyPolicy::none &&
               (need == Need::write || policy_ == KeyPolicy::all);
    }

    /// True: replies to reads depend on who asks, so caches that many share must not keep them.
    [[nodiscard]] bool reads_need_key() const { return policy_ == KeyPolicy::all; }

    /// True: something needs a key and there is none, which start-up warns of.
    [[nodiscard]] bool locks_everybody_out() const { return policy_ != KeyPolicy::none && digests_.empty(); }

private:
    std::vector<crypto::Sha256> digests_;
    KeyPolicy policy_;
};

/// "write", "all" or "none". Throws BadInput.
[[nodiscard]] KeyPolicy parse_key_policy(std::string_view text);

}  // namespace watchtower::gateway
