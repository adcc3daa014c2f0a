#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// Who may call the API (docs/contract.md: REST). Immutable, so thread-safe.
class Access {
public:
    Access(std::vector<std::string> keys, KeyPolicy policy) : keys_(std::move(keys)), policy_(policy) {}

    /// Throws HttpError: 401 without an accepted key, 403 where one is needed and none is configured.
    void check(const http::Request& request, Need need) const;

    /// True: replies to reads depend on who asks, so caches that many share must not keep them.
    [[nodiscard]] bool reads_need_key() const { return policy_ == KeyPolicy::all; }

    /// True: something needs a key and there is none, which start-up warns of.
    [[nodiscard]] bool locks_everybody_out() const { return policy_ != KeyPolicy::none && keys_.empty(); }

private:
    [[nodiscard]] bool accepts(std::string_view key) const;

    std::vector<std::string> keys_;
    KeyPolicy policy_;
};

/// "write", "all" or "none". Throws BadInput.
[[nodiscard]] KeyPolicy parse_key_policy(std::string_view text);

}  // namespace watchtower::gateway
