#include "common/http/places.hpp"

#include <optional>

namespace watchtower::http {

namespace {

constexpr std::size_t kNetworkBits = 64;  // of an IPv6 client

/// By what the address is counted; empty: not at all.
std::string network_of(const std::string& address, const AddressSet& exempt) {
    const auto parsed = parse_ip_address(address);
    if (!parsed) {
        return address;
    }
    if (exempt.contains(*parsed)) {
        return {};
    }
    return parsed->is_ipv4 ? address : to_text(parsed->network(kNetworkBits));
}

}  // namespace

Place::~Place() {
    if (places_) {
        places_->give_back(network_);
    }
}

Places::Places(std::size_t most, std::size_t most_of_address, AddressSet exempt)
    : most_(most),
      most_of_address_(most_of_address),
      exempt_(std::move(exempt)) {}

Places::Taken Places::take(const std::string& address) {
    std::string network = most_of_address_ > 0 ? network_of(address, exempt_) : std::string();
    const bool counts = !network.empty();
    const std::lock_guard lock(mutex_);
    if (counts) {
        const auto found = by_network_.find(network);
        if (found != by_network_.end() && found->second >= most_of_address_) {
            return {{}, Lack::of_address};
        }
    }
    if (taken_ >= most_) {
        return {{}, Lack::of_all};
    }
    ++taken_;
    if (counts) {
        ++by_network_[network];
    }
    return {Place(shared_from_this(), std::move(network)), Lack::nothing};
}

void Places::give_back(const std::string& network) {
    const std::lock_guard lock(mutex_);
    --taken_;
    const auto found = by_network_.find(network);
    if (found != by_network_.end() && --found->second == 0) {
        by_network_.erase(found);
    }
}

}  // namespace watchtower::http
