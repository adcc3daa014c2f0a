#include "tests/integration/collector_owners/fleet.hpp"

#include <algorithm>

#include "common/base/stop_signal.hpp"
#include "tests/support/eventually.hpp"

namespace watchtower::collector {

namespace {

using namespace std::chrono_literals;

std::vector<std::string> world_names(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
        names.push_back("world-" + std::to_string(i));
    }
    return names;
}

std::size_t owned_by(const std::vector<bool>& owned) {
    return static_cast<std::size_t>(std::count(owned.begin(), owned.end(), true));
}

/// The first is asked again after the second: a world that was handed over in between is no overlap.
bool both_own(const Owners& first, const Owners& second, std::size_t world) {
    return first.owns(world) && second.owns(world) && first.owns(world);
}

}  // namespace

Replica::Replica(const test::RedisServer& redis, const test::PostgresServer& postgres, Owners::Options options)
    : redis_gate_(redis.port()),
      postgres_gate_(postgres.port()),
      worlds_(options.worlds.size()) {
    options.redis_url = "redis://127.0.0.1:" + std::to_string(redis_gate_.port());
    options.database_url = postgres.url_through(postgres_gate_.port());
    owners_ = std::make_unique<Owners>(options);
    owners_->on_change([this] {
        while (held_up_) {
            std::this_thread::sleep_for(5ms);
        }
    });
    owners_->start();
}

Replica::~Replica() {
    let_go();
    owners_.reset();
}

std::vector<bool> Replica::owned() const {
    std::vector<bool> owned;
    for (std::size_t i = 0; i < worlds_; ++i) {
        owned.push_back(owners_->owns(i));
    }
    return owned;
}

void Replica::heal() {
    redis_gate_.resume();
    postgres_gate_.resume();
}

void Replica::crash() {
    redis_gate_.cut();
    postgres_gate_.cut();
}

Fleet::Fleet(std::size_t worlds) : worlds_(worlds) {}

Fleet::~Fleet() {
    // None waits for another one's servers.
    for (const auto& replica : replicas) {
        replica->crash();
    }
}

Replica& Fleet::add(std::size_t worlds) {
    replicas.push_back(std::make_unique<Replica>(redis,
                                                 postgres,
                                                 Owners::Options{.id = "collector-" + std::to_string(++last_id_),
                                                                 .worlds = world_names(worlds),
                                                                 .lease = kLease,
                                                                 .redis_url = {},
                                                                 .database_url = {}}));
    return *replicas.back();
}

void Fleet::add_many(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        add();
    }
}

void Fleet::crash(std::size_t index) {
    replicas[index]->crash();
    remove(index);
}

std::vector<std::vector<bool>> Fleet::owned() const {
    std::vector<std::vector<bool>> owned;
    for (const auto& replica : replicas) {
        owned.push_back(replica->owned());
    }
    return owned;
}

bool Fleet::all_owned_once() const {
    std::vector<int> owners(worlds_, 0);
    for (const auto& owned : owned()) {
        for (std::size_t i = 0; i < owned.size(); ++i) {
            owners[i] += owned[i] ? 1 : 0;
        }
    }
    return std::all_of(owners.begin(), owners.end(), [](int count) { return count == 1; });
}

bool Fleet::is_even() const {
    std::size_t least = worlds_;
    std::size_t most = 0;
    for (const auto& owned : owned()) {
        least = std::min(least, owned_by(owned));
        most = std::max(most, owned_by(owned));
    }
    return most <= least + 1 && all_owned_once();
}

bool Fleet::all_by(Means means) const {
    return std::all_of(
        replicas.begin(), replicas.end(), [&](const auto& r) { return r->owners().status().means == means; });
}

std::string Fleet::show() const {
    std::string text;
    std::vector<int> owners(worlds_, 0);
    for (const auto& replica : replicas) {
        const auto owned = replica->owned();
        text += std::to_string(owned_by(owned)) + " by " + to_string(replica->owners().status().means) + ", ";
        for (std::size_t i = 0; i < owned.size(); ++i) {
            owners[i] += owned[i] ? 1 : 0;
        }
    }
    const auto nobodys = std::count(owners.begin(), owners.end(), 0);
    const auto several = std::count_if(owners.begin(), owners.end(), [](int count) { return count > 1; });
    return text + std::to_string(nobodys) + " without an owner, " + std::to_string(several) + " with several";
}

bool Fleet::stays_still(std::uint64_t rounds) const {
    std::vector<Owners::Status> before;
    for (const auto& replica : replicas) {
        before.push_back(replica->owners().status());
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Owners& owners = replicas[i]->owners();
        if (!test::eventually(60s, [&] { return owners.status().rounds >= before[i].rounds + rounds; })) {
            return false;
        }
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (replicas[i]->owners().status().changes != before[i].changes) {
            return false;
        }
    }
    return true;
}

OverlapWatch::OverlapWatch(const Fleet& fleet) {
    std::vector<const Owners*> owners;
    for (const auto& replica : fleet.replicas) {
        owners.push_back(&replica->owners());
    }
    const std::size_t worlds = fleet.replicas.front()->owned().size();
    thread_ = std::jthread([this, owners, worlds](const std::stop_token& stop) {
        while (wait_for(stop, 2ms)) {
            look(owners, worlds);
        }
    });
}

int OverlapWatch::overlaps() {
    thread_.request_stop();
    thread_.join();
    return overlaps_;
}

void OverlapWatch::look(const std::vector<const Owners*>& owners, std::size_t worlds) {
    for (std::size_t world = 0; world < worlds; ++world) {
        for (std::size_t i = 0; i < owners.size(); ++i) {
            const bool shared = std::any_of(owners.begin(),
                                            owners.begin() + static_cast<std::ptrdiff_t>(i),
                                            [&](auto* o) { return both_own(*o, *owners[i], world); });
            overlaps_ += shared ? 1 : 0;
        }
    }
}

}  // namespace watchtower::collector
