#include "common/http/address_set.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include "common/http/syntax.hpp"

namespace watchtower::http {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::array<unsigned char, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::size_t kMappedPrefixBits = 96;

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && text.find_first_not_of(kDigits) == std::string_view::npos;
}

/// An entry of X-Forwarded-For: "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711".
std::optional<IpAddress> parse_entry(std::string_view text) {
    text = trim(text);
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) {
            return std::nullopt;
        }
        const auto rest = text.substr(close + 1);
        if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) {
            return std::nullopt;
        }
        text = text.substr(1, close - 1);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos && colon == text.rfind(':')) {
        if (!is_port(text.substr(colon + 1))) {
            return std::nullopt;
        }
        text = text.substr(0, colon);
    }
    return parse_ip_address(text);
}

/// Takes what stands behind the last comma off `list`, which is nothing after its first entry.
std::string_view take_last(std::optional<std::string_view>& list) {
    const auto comma = list->rfind(',');
    const auto last = comma == std::string_view::npos ? *list : list->substr(comma + 1);
    list = comma == std::string_view::npos ? std::nullopt : std::optional(list->substr(0, comma));
    return last;
}

}  // namespace

IpAddress IpAddress::network(std::size_t kept_bits) const {
    IpAddress result = *this;
    for (std::size_t i = 0; i < result.bytes.size(); ++i) {
        const std::size_t kept = std::clamp<std::size_t>(kept_bits, i * 8, i * 8 + 8) - i * 8;
        result.bytes.at(i) = static_cast<unsigned char>(result.bytes.at(i) & (0xFF00U >> kept));
    }
    return result;
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::copy(text.begin(), text.end(), terminated.begin());
    IpAddress address;
    if (::inet_pton(AF_INET, terminated.data(), address.bytes.data()) == 1) {
        address.is_ipv4 = true;
        return address;
    }
    if (::inet_pton(AF_INET6, terminated.data(), address.bytes.data()) != 1) {
        return std::nullopt;
    }
    if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin())) {
        std::rotate(address.bytes.begin(), address.bytes.begin() + kMappedPrefix.size(), address.bytes.end());
        std::fill(address.bytes.begin() + 4, address.bytes.end(), static_cast<unsigned char>(0));
        address.is_ipv4 = true;
    }
    return address;
}

std::string to_text(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(address.is_ipv4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
    return text.data();
}

AddressSet::AddressSet(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        networks_.push_back(parse_network(entry));
    }
}

AddressSet::Network AddressSet::parse_network(const std::string& entry) {
    const auto slash = std::min(entry.find('/'), entry.size());
    const std::string_view base = std::string_view(entry).substr(0, slash);
    const auto address = parse_ip_address(base);
    if (!address) {
        throw BadInput("'" + entry + "' is not an IP address or a network like 10.0.0.0/8");
    }
    Network network{*address, address->bits()};
    if (slash == entry.size()) {
        return network;
    }
    // A network of IPv4 addresses in IPv6's form counts its bits from IPv6's beginning.
    const std::size_t before = address->is_ipv4 && base.find(':') != std::string_view::npos ? kMappedPrefixBits : 0;
    std::size_t bits = 0;
    const char* const begin = entry.data() + slash + 1;
    const char* const end = entry.data() + entry.size();
    const auto [parsed_end, error] = std::from_chars(begin, end, bits);
    if (begin == end || error != std::errc() || parsed_end != end || bits < before || bits - before > network.bits) {
        throw BadInput("'" + entry + "': what stands behind the slash is not the number of the network's bits");
    }
    network.bits = bits - before;
    if (address->network(network.bits) != *address) {
        throw BadInput("'" + entry + "' has bits behind its network's: " + to_text(address->network(network.bits)) +
                       entry.substr(slash) + " would be one");
    }
    return network;
}

bool AddressSet::contains(const IpAddress& address) const {
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
        return network.address.is_ipv4 == address.is_ipv4 && address.network(network.bits) == network.address;
    });
}

std::string client_address(const AddressSet& trusted_proxies, const std::string& peer, const Request& request) {
    const auto nearest = trusted_proxies.empty() ? std::nullopt : parse_ip_address(peer);
    if (!nearest || !trusted_proxies.contains(*nearest)) {
        return peer;
    }
    IpAddress client = *nearest;
    for (auto header = request.headers.rbegin(); header != request.headers.rend(); ++header) {
        std::optional<std::string_view> rest;
        if (header->first == "x-forwarded-for") {
            rest = header->second;
        }
        while (rest) {
            const auto entry = parse_entry(take_last(rest));
            if (!entry) {
                return to_text(client);
            }
            client = *entry;
            if (!trusted_proxies.contains(client)) {
                return to_text(client);
            }
        }
    }
    return to_text(client);
}

}  // namespace watchtower::http
