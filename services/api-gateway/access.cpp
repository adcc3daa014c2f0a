#include "services/api-gateway/access.hpp"

#include <algorithm>
#include <cctype>

namespace watchtower::gateway {

namespace {

constexpr std::size_t kKeyIdDigits = 32;

/// The token of "Bearer <token>"; the scheme in any case (RFC 9110, 11.1).
std::string_view bearer_token(std::string_view header) {
    constexpr std::string_view kScheme = "bearer ";
    if (header.size() < kScheme.size() ||
        !std::equal(kScheme.begin(), kScheme.end(), header.begin(), [](char expected, unsigned char c) {
            return expected == std::tolower(c);
        })) {
        return {};
    }
    header.remove_prefix(kScheme.size());
    header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
    return header;
}

/// Empty: none.
std::string_view presented_key(const http::Request& request) {
    std::string_view key;
    for (const auto& [name, value] : request.headers) {
        std::string_view given;
        if (name == "x-api-key") {
            given = value;
        } else if (name == "authorization") {
            given = bearer_token(value);
        }
        if (!given.empty() && !key.empty() && given != key) {
            throw http::HttpError(400, "the headers Authorization and X-API-Key hold different keys");
        }
        key = given.empty() ? key : given;
    }
    return key;
}

/// What a header's value can be, without blanks.
bool fits_into_a_header(std::string_view key) {
    return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Access::Access(const std::vector<std::string>& keys, KeyPolicy policy) : policy_(policy) {
    for (const std::string& key : keys) {
        if (!fits_into_a_header(key)) {
            throw BadInput("API_KEY: a key holds a blank, or something else than visible ASCII");
        }
        if (!key.empty()) {
            digests_.push_back(crypto::sha256(key));
        }
    }
}

Caller Access::identify(const http::Request& request) const {
    const std::string_view key = presented_key(request);
    if (key.empty()) {
        return {};
    }
    // Digests have one length, and all are compared: the time tells neither a key's length nor which one was near.
    const crypto::Sha256 digest = crypto::sha256(key);
    bool found = false;
    for (const crypto::Sha256& accepted : digests_) {
        found = crypto::equal_in_constant_time(digest, accepted) || found;
    }
    if (!found) {
        return {Caller::Kind::with_unknown_key};
    }
    return {Caller::Kind::with_key, crypto::to_hex(digest).substr(0, kKeyIdDigits)};
}

void Access::check(const Caller& caller, Need need) const {
    if (!needs_key(need)) {
        return;
    }
    if (digests_.empty()) {
        throw http::HttpError(403, "this needs an API key, and the server has none configured");
    }
    if (caller.kind == Caller::Kind::without_key) {
        throw http::HttpError(401,
                              "this needs an API key, as Authorization: Bearer or X-API-Key",
                              {{"WWW-Authenticate", R"(Bearer realm="watchtower")"}});
    }
    if (caller.kind == Caller::Kind::with_unknown_key) {
        throw http::HttpError(401,
                              "the API key is not accepted",
                              {{"WWW-Authenticate", R"(Bearer realm="watchtower", error="invalid_token")"}});
    }
}

KeyPolicy parse_key_policy(std::string_view text) {
    if (text == "write") {
        return KeyPolicy::write;
    }
    if (text == "all") {
        return KeyPolicy::all;
    }
    if (text == "none") {
        return KeyPolicy::none;
    }
    throw BadInput("API_AUTH: '" + std::string(text) + "' is not write, all or none");
}

}  // namespace watchtower::gateway
