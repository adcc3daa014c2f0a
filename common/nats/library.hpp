#pragma once

#include <memory>
#include <string>

#include <nats/nats.h>

#include "common/nats/message.hpp"

/// cnats in our terms: owners for its objects, its messages, its statuses. Not for use outside common/nats.
namespace watchtower::nats {

template <auto destroy>
struct Deleter {
    template <typename T>
    void operator()(T* object) const noexcept {
        destroy(object);
    }
};

using OptionsHandle = std::unique_ptr<natsOptions, Deleter<natsOptions_Destroy>>;
using MessageHandle = std::unique_ptr<natsMsg, Deleter<natsMsg_Destroy>>;
using SubscriptionHandle = std::unique_ptr<natsSubscription, Deleter<natsSubscription_Destroy>>;
using JetStreamHandle = std::unique_ptr<jsCtx, Deleter<jsCtx_Destroy>>;
using StreamInfoHandle = std::unique_ptr<jsStreamInfo, Deleter<jsStreamInfo_Destroy>>;
using StreamNamesHandle = std::unique_ptr<jsStreamNamesList, Deleter<jsStreamNamesList_Destroy>>;
using AckHandle = std::unique_ptr<jsPubAck, Deleter<jsPubAck_Destroy>>;

/// Checks everything a server would close the connection for. Throws BadInput.
void check_subject(const std::string& subject, bool wildcards_allowed);
void check_headers(const Headers& headers);

/// Checks and converts. `body` and headers may be max_payload bytes. Throws BadInput.
[[nodiscard]] MessageHandle make_message(const std::string& subject,
                                         std::string_view body,
                                         const Headers& headers,
                                         std::size_t max_payload);
[[nodiscard]] Message to_message(natsMsg* message);

/// "Timeout", and what the library's thread remembers of the last failed call, when that says more.
[[nodiscard]] std::string describe(natsStatus status);

/// Throws Unavailable where trying again may help, else Error; nothing when `status` is NATS_OK.
void throw_if_failed(natsStatus status, const std::string& what);

}  // namespace watchtower::nats
