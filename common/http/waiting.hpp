#pragma once

namespace watchtower::http {

/// To be called by a handler before it waits for a store or anything else that may take its time. On a worker's thread
/// it does not return: the server calls the handler again on one of its waiting threads, where this does nothing. So
/// what the handler did until then must do no harm when it is done twice. Outside of a server, and in one without
/// waiting threads, it does nothing.
void about_to_wait();

/// What about_to_wait throws on a worker's thread. No std::exception, so that no handler takes it for a failure.
struct WaitElsewhere {};

/// While it lives, about_to_wait throws on this thread.
class NoWaiting {
public:
    /// `holds` false: it does nothing.
    explicit NoWaiting(bool holds);
    ~NoWaiting();
    NoWaiting(const NoWaiting&) = delete;
    NoWaiting& operator=(const NoWaiting&) = delete;
};

}  // namespace watchtower::http
