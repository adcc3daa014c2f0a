#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.hpp"

namespace watchtower::gateway {

/// Which pages of other origins may call the API from a browser (Fetch standard, CORS protocol). Immutable.
class Cors {
public:
    /// `origins` as a browser sends them ("https://play.example:8443"), or the one entry "*" for any. Throws BadInput
    /// that quotes what is neither.
    explicit Cors(std::vector<std::string> origins);

    /// Adds what the request's origin may see, and to OPTIONS what it may send. Nothing for an origin not allowed.
    void decorate(const http::Request& request, http::Reply& reply) const;

private:
    [[nodiscard]] bool allows(std::string_view origin) const;

    std::vector<std::string> origins_;
    bool any_ = false;
};

}  // namespace watchtower::gateway
