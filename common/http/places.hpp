#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/http/address_set.hpp"

namespace watchtower::http {

class Places;

/// One connection's place, given back when this is destroyed; it may outlive the server.
class Place {
public:
    Place() = default;
    ~Place();
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&& other) noexcept {
        std::swap(places_, other.places_);
        std::swap(network_, other.network_);
        return *this;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    explicit operator bool() const { return places_ != nullptr; }

private:
    friend class Places;
    Place(std::shared_ptr<Places> places, std::string network)
        : places_(std::move(places)),
          network_(std::move(network)) {}

    std::shared_ptr<Places> places_;
    std::string network_;  // empty: not counted by address
};

/// How many connections a server may have, and of these each address; those that were handed over to a stream count
/// too. An IPv6 client counts as its /64, of which it can choose any address. Thread-safe.
class Places : public std::enable_shared_from_this<Places> {
public:
    /// `exempt` addresses are only counted in all; `most_of_address` 0: all are.
    Places(std::size_t most, std::size_t most_of_address, AddressSet exempt);

    enum class Lack { nothing, of_all, of_address };
    struct Taken {
        Place place;
        Lack lack = Lack::nothing;  ///< why there is no place
    };
    /// `address` without port.
    [[nodiscard]] Taken take(const std::string& address);

private:
    friend class Place;
    void give_back(const std::string& network);

    const std::size_t most_;
    const std::size_t most_of_address_;
    const AddressSet exempt_;
    std::mutex mutex_;  // guards what follows
    std::size_t taken_ = 0;
    std::unordered_map<std::string, std::size_t> by_network_;
};

}  // namespace watchtower::http
