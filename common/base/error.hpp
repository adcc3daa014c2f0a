#pragma once

#include <stdexcept>

namespace watchtower {

/// Whatever goes wrong in our own code or is reported by a library. The text reads "who: what: why" and may hold the
/// inside of the server: it goes to the log, never to a client.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The caller is wrong; the same call cannot succeed. The text names the field and may be shown to the caller.
class BadInput : public Error {
public:
    using Error::Error;
};

/// A dependency failed or did not answer in time; the same call may succeed later.
class Unavailable : public Error {
public:
    using Error::Error;
};

}  // namespace watchtower
