#include "services/api-gateway/access.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace watchtower::gateway {

namespace {

/// Takes the same time for every wrong key of one length, so that the time tells nothing of the right one.
bool equal_in_constant_time(std::string_view presented, std::string_view accepted) {
    std::size_t difference = presented.size() ^ accepted.size();
    for (std::size_t i = 0; i < presented.size(); ++i) {
        const char other = accepted.empty() ? '\0' : accepted[i % accepted.size()];
        difference |= static_cast<std::size_t>(static_cast<unsigned char>(presented[i] ^ other));
    }
    return difference == 0;
}

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

}  // namespace

bool Access::accepts(std::string_view key) const {
    bool found = false;
    for (const std::string& accepted : keys_) {
        found = equal_in_constant_time(key, accepted) || found;
    }
    return found && !key.empty();
}

void Access::check(const http::Request& request, Need need) const {
    if (need == Need::nothing || policy_ == KeyPolicy::none || (need == Need::read && policy_ == KeyPolicy::write)) {
        return;
    }
    if (keys_.empty()) {
        throw http::HttpError(403, "this needs an API key, and the server has none configured");
    }
    const auto authorization = request.header("authorization");
    const std::string_view token = authorization ? bearer_token(*authorization) : std::string_view();
    const std::string_view key = token.empty() ? request.header("x-api-key").value_or("") : token;
    if (!accepts(key)) {
        throw http::HttpError(401,
                              "this needs an API key, as Authorization: Bearer or X-API-Key",
                              {{"WWW-Authenticate", "Bearer realm=\"watchtower\""}});
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
