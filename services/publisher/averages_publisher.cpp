#include "services/publisher/averages_publisher.hpp"

#include "common/world_state/averages.hpp"
#include "proto-json/names.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kInterval = std::chrono::hours(1);
constexpr Milliseconds kPause = std::chrono::minutes(1);
constexpr Milliseconds kReadTimeout{5'000};
constexpr std::int64_t kDays = 7;

}  // namespace

void AveragesPublisher::serve(const world_state::World& world, bool is_first, TimePoint now) {
    const TimePoint hour = tick_at_or_before(now, kInterval);
    const proto::State& state = *world.state;
    if (state.tick < hour || (now < not_before_ && not_before_ - now <= kPause)) {
        return;
    }
    const std::string subject = proto::averages_subject(world.name, is_first);
    const std::string kept_as = "averages:" + world.name;
    auto published = published_.find(world.name);
    not_before_ = now + kPause;
    if (published == published_.end()) {
        published = published_.emplace(world.name, progress_.read(kept_as, subject).value_or(TimePoint())).first;
    }
    if (published->second < hour) {
        const auto averages = postgres_.read(kReadTimeout, [&state](pqxx::read_transaction& transaction) {
            return world_state::query_averages(transaction, state.world, state.tick, state.timestamp, kDays);
        });
        delivery_.send(make_averages_publication(averages, state, hour, subject));
        published->second = hour;
        progress_.keep(kept_as, hour);
    }
    not_before_ = TimePoint();
}

}  // namespace watchtower::publisher
