#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.hpp"

namespace watchtower::http {

/// An IPv4 or IPv6 address. An IPv4 address in IPv6's form (::ffff:192.0.2.1) is that IPv4 address.
struct IpAddress {
    bool is_ipv4 = false;
    std::array<unsigned char, 16> bytes{};  ///< in network order; of an IPv4 address the first four

    [[nodiscard]] std::size_t bits() const { return is_ipv4 ? 32 : 128; }
    /// The address with only its first `kept_bits`: of its network.
    [[nodiscard]] IpAddress network(std::size_t kept_bits) const;
    bool operator==(const IpAddress&) const = default;
};

/// Nothing for what is no address: a name, a zone ("fe80::1%eth0"), a port, blanks.
[[nodiscard]] std::optional<IpAddress> parse_ip_address(std::string_view text);

/// "192.0.2.1", "2001:db8::1".
[[nodiscard]] std::string to_text(const IpAddress& address);

/// Addresses and networks. Immutable.
class AddressSet {
public:
    AddressSet() = default;
    /// Each entry is an address ("192.0.2.1", "::1") or a network ("10.0.0.0/8", "fd00::/8"). Throws BadInput that
    /// quotes the one which is neither, or has bits behind its network's.
    explicit AddressSet(const std::vector<std::string>& entries);

    [[nodiscard]] bool empty() const { return networks_.empty(); }
    [[nodiscard]] bool contains(const IpAddress& address) const;

private:
    struct Network {
        IpAddress address;
        std::size_t bits = 0;
    };
    static Network parse_network(const std::string& entry);

    std::vector<Network> networks_;
};

/// Who asks, where trusted proxies stand between: the right-most address of X-Forwarded-For that is none of them, when
/// `peer` is one. The walk ends before an entry that is no address (with a port at most): what stands left of it was
/// not written by somebody trusted. Without ports and brackets.
[[nodiscard]] std::string client_address(const AddressSet& trusted_proxies,
                                         const std::string& peer,
                                         const Request& request);

}  // namespace watchtower::http
