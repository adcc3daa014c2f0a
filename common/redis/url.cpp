#include "common/redis/url.hpp"

#include <charconv>

#include "common/base/error.hpp"
#include "common/base/percent.hpp"

namespace watchtower::redis {

namespace {

constexpr int kMostDatabases = 1'000'000;

[[noreturn]] void refuse(const std::string& why) {
    throw BadInput("redis URL: " + why);
}

/// `part` names the text in the error, which does not quote it: it may be a secret.
std::string decoded(std::string_view text, const char* part) {
    auto result = percent_decoded(text);
    if (!result) {
        refuse(std::string(part) + " has a '%' that two hexadecimal digits do not follow");
    }
    return *std::move(result);
}

int parse_number(std::string_view text, const char* part, int least, int most) {
    int value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size() || value < least ||
        value > most) {
        refuse(std::string(part) + " '" + std::string(text) + "' is not a whole number from " + std::to_string(least) +
               " to " + std::to_string(most));
    }
    return value;
}

/// Takes "user:password@" off the front of `rest`. The last '@' before the path ends it: a password may hold one.
void take_user_info(std::string_view& rest, Address& address) {
    const auto at = rest.substr(0, rest.find_first_of("/?#")).rfind('@');
    if (at == std::string_view::npos) {
        return;
    }
    const std::string_view user_info = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    const auto colon = user_info.find(':');
    if (colon == std::string_view::npos) {
        refuse("what stands before '@' is not 'user:password' or ':password'");
    }
    address.user = decoded(user_info.substr(0, colon), "the user");
    address.password = decoded(user_info.substr(colon + 1), "the password");
    if (address.password.empty() && !address.user.empty()) {
        refuse("a user without a password");
    }
}

Address parse_unix(std::string_view rest) {
    Address address;
    address.host.clear();
    take_user_info(rest, address);
    const auto query = rest.find('?');
    address.socket_path = decoded(rest.substr(0, query), "the path");
    if (!address.socket_path.starts_with('/')) {
        refuse("the path of the socket does not begin with '/'");
    }
    if (query != std::string_view::npos) {
        const std::string_view text = rest.substr(query + 1);
        if (!text.starts_with("db=")) {
            refuse("only db= may follow '?'");
        }
        address.database = parse_number(text.substr(3), "database", 0, kMostDatabases);
    }
    return address;
}

Address parse_tcp(std::string_view rest) {
    Address address;
    take_user_info(rest, address);
    const auto slash = rest.find('/');
    std::string_view host = rest.substr(0, slash);
    std::string_view port;
    if (host.starts_with('[')) {
        const auto bracket = host.find(']');
        if (bracket == std::string_view::npos) {
            refuse("the host has '[' but no ']'");
        }
        port = host.substr(bracket + 1);
        host = host.substr(1, bracket - 1);
    } else if (const auto colon = host.find(':'); colon != std::string_view::npos) {
        port = host.substr(colon);
        host = host.substr(0, colon);
    }
    if (host.empty()) {
        refuse("no host");
    }
    address.host = decoded(host, "the host");
    if (!port.empty() && !port.starts_with(':')) {
        refuse("something other than ':port' follows the host");
    }
    if (!port.empty()) {
        address.port = static_cast<std::uint16_t>(parse_number(port.substr(1), "port", 1, 65535));
    }
    if (slash != std::string_view::npos && slash + 1 < rest.size()) {
        address.database = parse_number(rest.substr(slash + 1), "database", 0, kMostDatabases);
    }
    return address;
}

}  // namespace

std::string Address::to_string() const {
    if (!socket_path.empty()) {
        return socket_path;
    }
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Address parse_url(std::string_view url) {
    const auto separator = url.find("://");
    const std::string_view scheme = url.substr(0, separator);
    if (separator == std::string_view::npos || (scheme != "redis" && scheme != "unix")) {
        refuse("it begins with neither redis:// nor unix://");
    }
    const std::string_view rest = url.substr(separator + 3);
    Address address = scheme == "unix" ? parse_unix(rest) : parse_tcp(rest);
    for (const std::string* part : {&address.host, &address.socket_path, &address.user, &address.password}) {
        if (part->find('\0') != std::string::npos) {
            refuse("it holds a zero byte");
        }
    }
    return address;
}

}  // namespace watchtower::redis
