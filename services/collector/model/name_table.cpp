#include "services/collector/model/name_table.hpp"

#include <algorithm>
#include <functional>

#include "common/base/error.hpp"

namespace watchtower::collector {

namespace {

constexpr std::size_t kLeastSlots = 64;

std::uint32_t hash_of(std::string_view name) {
    const std::uint64_t hash = std::hash<std::string_view>()(name);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

}  // namespace

std::string_view NameTable::name(Id id) const {
    const std::uint32_t begin = id == 0 ? 0 : ends_[id - 1];
    return {text_.data() + begin, ends_[id] - begin};
}

std::size_t NameTable::slot_of(std::string_view name, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].id != kNone && (slots_[at].hash != hash || this->name(slots_[at].id) != name)) {
        at = (at + 1) & mask;
    }
    return at;
}

NameTable::Id NameTable::find(std::string_view name) const {
    return slots_.empty() ? kNone : slots_[slot_of(name, hash_of(name))].id;
}

NameTable::Id NameTable::intern(std::string_view name) {
    if (ends_.size() * 2 >= slots_.size()) {
        grow();
    }
    const std::uint32_t hash = hash_of(name);
    Slot& slot = slots_[slot_of(name, hash)];
    if (slot.id == kNone) {
        if (text_.size() + name.size() > UINT32_MAX || ends_.size() + 1 >= kNone) {
            throw Error("names: more than 4 GiB of distinct names");
        }
        slot = {hash, static_cast<Id>(ends_.size())};
        text_.insert(text_.end(), name.begin(), name.end());
        ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    }
    return slot.id;
}

void NameTable::grow() {
    std::vector<Slot> old(std::max(kLeastSlots, slots_.size() * 2));
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.id == kNone) {
            continue;
        }
        std::size_t at = slot.hash & mask;
        while (slots_[at].id != kNone) {
            at = (at + 1) & mask;
        }
        slots_[at] = slot;
    }
}

void NameTable::clear() {
    text_.clear();
    ends_.clear();
    std::fill(slots_.begin(), slots_.end(), Slot{});
}

}  // namespace watchtower::collector
