#include "services/collector/model/action_counts.hpp"

#include "common/base/error.hpp"

namespace watchtower::collector {

namespace {

std::uint32_t key_of(NameTable::Id action, ActionSource source) {
    return action << 3U | static_cast<std::uint32_t>(source);
}

}  // namespace

std::uint32_t ActionCounts::find(NameTable::Id player, std::uint32_t key) const {
    // Records of a player mostly have the same actions in the same order, and so have their entries.
    const std::uint32_t guess = last_ + 1;
    if (player == last_player_ && guess < pool_.size() && pool_[guess].key == key && pool_[guess].next == last_) {
        return guess;
    }
    std::uint32_t at = player < heads_.size() ? heads_[player] : kEnd;
    while (at != kEnd && pool_[at].key != key) {
        at = pool_[at].next;
    }
    return at;
}

void ActionCounts::add(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value) {
    const std::uint32_t entry = find(player, key_of(action, source));
    if (entry == kEnd) {
        append(player, action, source, value);
        return;
    }
    pool_[entry].value += value;
    last_player_ = player;
    last_ = entry;
}

void ActionCounts::subtract(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value) {
    pool_[find(player, key_of(action, source))].value -= value;
}

void ActionCounts::append(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value) {
    if (player >= heads_.size()) {
        heads_.resize(player + 1U, kEnd);
    }
    if (pool_.size() >= kEnd) {
        throw Error("actions: more than 4 billion numbers in one read");
    }
    pool_.push_back({heads_[player], key_of(action, source), value});
    heads_[player] = static_cast<std::uint32_t>(pool_.size() - 1);
    last_player_ = player;
    last_ = heads_[player];
}

void ActionCounts::remove(NameTable::Id player, NameTable::Id action, std::uint64_t value) {
    const std::uint32_t key = key_of(action, ActionSource::stamped);
    for (std::uint32_t* link = &heads_[player]; *link != kEnd; link = &pool_[*link].next) {
        if (pool_[*link].key == key && pool_[*link].value == value) {
            *link = pool_[*link].next;
            return;
        }
    }
}

void ActionCounts::copy(NameTable::Id player, std::vector<Entry>& entries) const {
    entries.clear();
    for (const Entry& entry : of(player)) {
        entries.push_back(entry);
    }
    std::reverse(entries.begin(), entries.end());
}

std::uint64_t ActionCounts::value(NameTable::Id player, NameTable::Id action, ActionSource source) const {
    const std::uint32_t key = key_of(action, source);
    for (const Entry& entry : of(player)) {
        if (entry.key == key) {
            return entry.value;
        }
    }
    return 0;
}

std::uint64_t ActionCounts::total(NameTable::Id player) const {
    std::uint64_t sum = 0;
    for (const Entry& entry : of(player)) {
        if (entry.source() == ActionSource::stamped) {
            ++sum;
        } else if (is_told(entry.source())) {
            sum += entry.value;
        }
    }
    return sum;
}

void ActionCounts::clear() {
    pool_.clear();
    heads_.clear();
    last_player_ = NameTable::kNone;
    last_ = kEnd;
}

}  // namespace watchtower::collector
