#include "services/publisher/publication.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"
#include "proto-json/suspect.hpp"

namespace watchtower::publisher {

namespace {

/// As the protocol has it (ADR-4 of NATS): a line for the version, one for each header, an empty one.
std::size_t bytes_of(const nats::Headers& headers) {
    std::size_t bytes = std::string_view("NATS/1.0\r\n\r\n").size();
    for (const auto& [name, value] : headers) {
        bytes += name.size() + value.size() + std::string_view(": \r\n").size();
    }
    return bytes;
}

/// What every message of a publication time carries; `tick` is what it tells of.
nats::Headers headers_of(const proto::State& state, TimePoint tick, const std::string& subject, TimePoint publication) {
    nats::Headers headers = {{std::string(proto::kMessageIdHeader), subject + ":" + to_epoch_seconds(publication)},
                             {std::string(proto::kWorldHeader), state.world},
                             {std::string(proto::kTickHeader), to_epoch_seconds(tick)}};
    if (state.simulated) {
        headers.emplace_back(proto::kSimulatedHeader, "true");
    }
    return headers;
}

/// What is stale at the state's own tick is what failed in it; a moment after its last everything is.
proto::Document document_of(const proto::State& state, bool late) {
    return document_at(state, late ? abandoned_after(state) + Milliseconds(1) : state.tick);
}

std::size_t players_listed(const proto::Document& document) {
    return std::max(document.nomads ? document.nomads->by_player.size() : 0,
                    document.resources ? document.resources->by_player.size() : 0);
}

template <typename Section>
void keep_players(std::optional<Section>& section, std::size_t count) {
    if (section && section->by_player.size() > count) {
        section->by_player.resize(count);
    }
}

proto::Document with_players(const proto::Document& document, std::size_t count, std::uint64_t players) {
    proto::Document shorter = document;
    keep_players(shorter.nomads, count);
    keep_players(shorter.resources, count);
    if (!shorter.players) {
        shorter.players = std::max<std::uint64_t>(players, players_listed(document));
    }
    return shorter;
}

}  // namespace

std::string_view to_text(PublicationKind kind) {
    switch (kind) {
        case PublicationKind::document:
            return "document";
        case PublicationKind::alert:
            return "alert";
        case PublicationKind::averages:
            return "averages";
        case PublicationKind::suspects:
            break;
    }
    return "suspects";
}

std::string encode_within(const proto::Document& document, std::uint64_t players, std::size_t max_bytes) {
    std::string text = encode(document);
    if (text.size() <= max_bytes) {
        return text;
    }
    // The most players that fit: the size grows with their number.
    std::size_t fit = 0;
    std::size_t too_many = players_listed(document);
    text = encode(with_players(document, fit, players));
    while (fit + 1 < too_many) {
        const std::size_t middle = fit + (too_many - fit) / 2;
        std::string candidate = encode(with_players(document, middle, players));
        if (candidate.size() <= max_bytes) {
            fit = middle;
            text = std::move(candidate);
        } else {
            too_many = middle;
        }
    }
    return text;
}

Publication make_publication(const Due& due, std::size_t max_payload) {
    Publication result;
    result.subject = due.subject;
    result.headers = headers_of(due.state, due.state.tick, due.subject, due.publication);
    if (due.replayed) {
        result.headers.emplace_back(proto::kReplayedHeader, "true");
    }
    const std::size_t around = bytes_of(result.headers);
    result.body = encode_within(
        document_of(due.state, due.late), due.state.players, max_payload > around ? max_payload - around : 0);
    return result;
}

Publication make_alert_publication(const proto::NumberedAlert& entry, bool simulated, const std::string& prefix) {
    const std::string subject = proto::alerts_subject(prefix);
    const proto::Alert& alert = entry.alert;
    const char* state = alert.state == proto::AlertState::active ? "active" : "resolved";
    Publication result = {PublicationKind::alert,
                          subject,
                          encode(alert),
                          {{std::string(proto::kMessageIdHeader), subject + ":" + alert.id + ":" + state},
                           {std::string(proto::kWorldHeader), alert.world},
                           {std::string(proto::kAlertNumberHeader), std::to_string(entry.number)}}};
    if (simulated) {
        result.headers.emplace_back(proto::kSimulatedHeader, "true");
    }
    return result;
}

Publication make_suspects_publication(const std::string& body,
                                      const proto::State& state,
                                      TimePoint at,
                                      const std::string& subject,
                                      std::size_t max_payload) {
    Publication result = {PublicationKind::suspects, subject, body, headers_of(state, at, subject, at)};
    const std::size_t around = bytes_of(result.headers);
    if (body.size() + around > max_payload) {
        const proto::SuspectSet all = proto::decode_suspect_set(body);
        proto::SuspectSet listed = all;
        while (result.body.size() + around > max_payload && !listed.suspect_ids.empty()) {
            listed.suspect_ids.resize(listed.suspect_ids.size() / 2);
            listed.comment =
                all.comment + "; " + std::to_string(all.suspect_ids.size() - listed.suspect_ids.size()) + " left out";
            result.body = encode(listed);
        }
    }
    return result;
}

Publication make_averages_publication(const proto::Averages& averages,
                                      const proto::State& state,
                                      TimePoint hour,
                                      const std::string& subject) {
    return {PublicationKind::averages, subject, encode(averages), headers_of(state, state.tick, subject, hour)};
}

std::optional<TimePoint> publication_of(const nats::Message& message) {
    const std::string begin = message.subject + ":";
    for (const auto& [name, value] : message.headers) {
        if (name == proto::kMessageIdHeader && value.starts_with(begin)) {
            try {
                return parse_epoch_seconds(std::string_view(value).substr(begin.size()));
            } catch (const BadInput&) {
                return std::nullopt;
            }
        }
    }
    return std::nullopt;
}

}  // namespace watchtower::publisher
