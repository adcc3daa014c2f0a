#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/nats/message.hpp"
#include "proto-json/averages.hpp"
#include "proto-json/state.hpp"

namespace watchtower::publisher {

/// A world's state that is to go out for a publication time.
struct Due {
    const proto::State& state;
    TimePoint publication;
    std::string subject;
    bool late = false;      ///< the state is older than the publication time asks for
    bool replayed = false;  ///< the publication time was missed
};

/// What is published, as metrics tell it apart.
enum class PublicationKind { document, alert, averages, suspects };
inline constexpr std::array kPublicationKinds = {
    PublicationKind::document, PublicationKind::alert, PublicationKind::averages, PublicationKind::suspects};
/// "document".
[[nodiscard]] std::string_view to_text(PublicationKind kind);

/// A message as it goes out.
struct Publication {
    PublicationKind kind = PublicationKind::document;
    std::string subject;
    std::string body;
    nats::Headers headers;
};

/// The message of one world at one publication time. The document is the state's, as it was stored; a late one has
/// everything stale as collector_down. When body and headers would exceed `max_payload` bytes, players are left out
/// from the end of both lists. Pure.
[[nodiscard]] Publication make_publication(const Due& due, std::size_t max_payload);

/// The message of an entry of a world's log of alerts: the alert as in REST, with its world; `simulated` is the
/// world's. Pure.
[[nodiscard]] Publication make_alert_publication(const proto::NumberedAlert& entry,
                                                 bool simulated,
                                                 const std::string& prefix);

/// The message of a world's suspects of a kind as of `at`. `body` is encode(SuspectSet); players are left out from its
/// end, and their number told in the comment, when it and the headers would exceed `max_payload` bytes. Pure.
[[nodiscard]] Publication make_suspects_publication(const std::string& body,
                                                    const proto::State& state,
                                                    TimePoint at,
                                                    const std::string& subject,
                                                    std::size_t max_payload);

/// The message of a world's averages for one hour. Pure.
[[nodiscard]] Publication make_averages_publication(const proto::Averages& averages,
                                                    const proto::State& state,
                                                    TimePoint hour,
                                                    const std::string& subject);

/// The publication time in the Nats-Msg-Id that a document or averages went out with; nothing for what is none of ours.
[[nodiscard]] std::optional<TimePoint> publication_of(const nats::Message& message);

/// The document as text of at most `max_bytes`, if leaving players out can do it. `players` is how many there are.
[[nodiscard]] std::string encode_within(const proto::Document& document, std::uint64_t players, std::size_t max_bytes);

}  // namespace watchtower::publisher
