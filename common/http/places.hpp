#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace watchtower::http {

/// How many connections a server has, those that were handed over to a stream too. Thread-safe.
class Places {
public:
    [[nodiscard]] std::size_t taken() const { return taken_; }

private:
    friend class Place;
    std::atomic<std::size_t> taken_ = 0;
};

/// One connection's place, given back when this is destroyed; it may outlive the server.
class Place {
public:
    Place() = default;
    explicit Place(std::shared_ptr<Places> places) : places_(std::move(places)) { ++places_->taken_; }
    ~Place() {
        if (places_) {
            --places_->taken_;
        }
    }
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&& other) noexcept {
        std::swap(places_, other.places_);
        return *this;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::shared_ptr<Places> places_;
};

}  // namespace watchtower::http
