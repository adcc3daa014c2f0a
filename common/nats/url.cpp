#include "common/nats/url.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/error.hpp"
#include "common/base/percent.hpp"

namespace watchtower::nats {

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw BadInput("nats URL: " + why);
}

std::string decoded(std::string_view text, const char* part) {
    auto result = percent_decoded(text);
    if (!result || result->find('\0') != std::string::npos) {
        refuse(std::string(part) + " has a '%' that is no escape of a character");
    }
    return *std::move(result);
}

std::uint16_t parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), port);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size() || port == 0) {
        refuse("port '" + std::string(text) + "' is not a whole number from 1 to 65535");
    }
    return port;
}

void take_user_info(std::string_view& rest, Server& server) {
    const auto at = rest.rfind('@');
    if (at == std::string_view::npos) {
        return;
    }
    const std::string_view user_info = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    const auto colon = user_info.find(':');
    if (colon == std::string_view::npos) {
        server.token = decoded(user_info, "the token");
        if (server.token.empty()) {
            refuse("nothing stands before '@'");
        }
        return;
    }
    server.user = decoded(user_info.substr(0, colon), "the user");
    server.password = decoded(user_info.substr(colon + 1), "the password");
    if (server.user.empty() || server.password.empty()) {
        refuse("what stands before '@' is neither 'user:password' nor a token");
    }
}

void take_host(std::string_view& rest, Server& server) {
    const bool in_brackets = rest.starts_with('[');
    const auto end = in_brackets ? rest.find(']') : rest.find_first_of(":/");
    if (in_brackets && end == std::string_view::npos) {
        refuse("the host has '[' but no ']'");
    }
    server.host = in_brackets ? rest.substr(1, end - 1) : rest.substr(0, end);
    rest.remove_prefix(in_brackets ? end + 1 : std::min(end, rest.size()));
    if (server.host.empty()) {
        refuse("no host");
    }
    if (server.host.find_first_of(" \t\r\n%") != std::string::npos || server.host.find('\0') != std::string::npos) {
        refuse("the host holds a character no host has");
    }
}

Server parse_server(std::string_view url) {
    Server server;
    if (const auto separator = url.find("://"); separator != std::string_view::npos) {
        const std::string_view scheme = url.substr(0, separator);
        if (scheme != "nats" && scheme != "tls") {
            refuse("it begins with neither nats:// nor tls://");
        }
        server.tls = scheme == "tls";
        url.remove_prefix(separator + 3);
    }
    take_user_info(url, server);
    take_host(url, server);
    if (url.ends_with('/')) {
        url.remove_suffix(1);
    }
    if (url.starts_with(':')) {
        server.port = parse_port(url.substr(1));
    } else if (!url.empty()) {
        refuse("something other than ':port' follows the host");
    }
    return server;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    const auto last = text.find_last_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

}  // namespace

std::string Server::to_string() const {
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::vector<Server> parse_servers(std::string_view urls) {
    std::vector<Server> servers;
    for (std::size_t begin = 0; begin <= urls.size();) {
        const auto end = std::min(urls.find(',', begin), urls.size());
        if (const auto url = trimmed(urls.substr(begin, end - begin)); !url.empty()) {
            servers.push_back(parse_server(url));
        }
        begin = end + 1;
    }
    if (servers.empty()) {
        refuse("no server");
    }
    return servers;
}

}  // namespace watchtower::nats
