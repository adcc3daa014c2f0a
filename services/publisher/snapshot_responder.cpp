#include "services/publisher/snapshot_responder.hpp"

#include <algorithm>
#include <utility>

#include "proto-json/names.hpp"
#include "services/publisher/publication.hpp"

namespace watchtower::publisher {

namespace {

constexpr const char* kQueue = "watchtower-publishers";
constexpr std::size_t kRoomForHeaders = 1024;

nats::Headers refusal(const char* code, const char* reason) {
    return {{"Nats-Service-Error-Code", code}, {"Nats-Service-Error", reason}};
}

}  // namespace

SnapshotResponder::SnapshotResponder(nats::Client& nats,
                                     Worlds worlds,
                                     const Clock& clock,
                                     prometheus::Registry& registry)
    : nats_(nats),
      worlds_(std::move(worlds)),
      clock_(clock),
      requests_(prometheus::BuildCounter()
                    .Name("watchtower_snapshot_requests_total")
                    .Help("Requests over NATS for the current document, by whether there was one to answer with.")
                    .Register(registry)),
      answered_(requests_.Add({{"result", "answered"}})),
      refused_(requests_.Add({{"result", "refused"}})),
      subscription_(nats.subscribe(
          std::string(proto::kSnapshotRequestSubject),
          [this](const nats::Message& request) { answer(request); },
          kQueue)) {}

void SnapshotResponder::answer(const nats::Message& request) const {
    if (request.reply.empty()) {
        return;
    }
    const auto worlds = worlds_();
    const world_state::World* world = request.body.empty() ? worlds->first() : worlds->find(request.body);
    const bool has_document = world != nullptr && world->state != nullptr;
    (has_document ? answered_ : refused_).Increment();
    if (world == nullptr && !request.body.empty()) {
        nats_.publish(request.reply, "", refusal("404", "there is no such world"));
    } else if (!has_document) {
        nats_.publish(request.reply, "", refusal("503", "there is no document yet"));
    } else {
        const proto::State& state = *world->state;
        const std::size_t room = nats_.max_payload() - std::min(nats_.max_payload(), kRoomForHeaders);
        nats_.publish(request.reply,
                      encode_within(document_at(state, clock_.now()), state.players, room),
                      {{std::string(proto::kWorldHeader), state.world},
                       {std::string(proto::kTickHeader), to_epoch_seconds(state.tick)}});
    }
}

}  // namespace watchtower::publisher
