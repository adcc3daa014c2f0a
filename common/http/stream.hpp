#pragma once

#include "common/http/places.hpp"
#include "common/http/socket.hpp"

namespace watchtower::http {

/// Goes on writing to a client where the head of its answer ends.
class Stream {
public:
    Stream() = default;
    virtual ~Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// Called on a worker, at most once, when the head has gone out; not for HEAD and for a client that has gone.
    /// `socket` is non-blocking and nobody else's; closing it ends the answer. `place` counts towards the server's
    /// connections while it lives.
    virtual void take(Socket socket, Place place) noexcept = 0;
};

}  // namespace watchtower::http
