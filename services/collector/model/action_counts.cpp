#include "services/collector/model/action_counts.hpp"

#include "common/base/error.hpp"

namespace watchtower::collector {

namespace {

std::uint32_t key_of(NameTable::Id action, ActionSource source) {
    return action << 3U | static_cast<std::uint32_t>(source);
}

}  // namespace

ActionCounts::Entry* ActionCounts::find(NameTable::Id player, std::uint32_t key) {
    if (player >= heads_.size()) {
        return nullptr;
    }
    for (std::uint32_t at = heads_[player]; at != kEnd; at = pool_[at].next) {
        if (pool_[at].key == key) {
            return &pool_[at];
        }
    }
    return nullptr;
}

void ActionCounts::add(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value) {
    if (Entry* entry = find(player, key_of(action, source))) {
        entry->value += value;
    } else {
        append(player, action, source, value);
    }
}

void ActionCounts::subtract(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value) {
    find(player, key_of(action, source))->value -= value;
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
}

}  // namespace watchtower::collector
