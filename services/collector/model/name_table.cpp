#include "services/collector/model/name_table.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "common/base/error.hpp"

namespace watchtower::collector {

namespace {

constexpr std::size_t kLeastSlots = 64;

/// Nobody outside knows it, so that nobody can choose names that all fall into one place.
std::uint64_t secret() {
    static const std::uint64_t kSecret = [] {
        std::random_device random;
        return (std::uint64_t{random()} << 32U | random()) | 1U;
    }();
    return kSecret;
}

std::uint64_t load(const char* from, std::size_t bytes) {
    std::uint64_t value = 0;
    if (bytes > 0) {
        std::memcpy(&value, from, bytes);
    }
    return value;
}

/// Both halves of the product, which depend on all bits of both factors.
std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace

/// Eight bytes at a time; the last eight may overlap those before.
std::uint32_t NameTable::hash_of(std::string_view name) {
    constexpr std::size_t kStep = sizeof(std::uint64_t);
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
    std::uint64_t hash = secret() ^ name.size() * kOdd;
    const char* at = name.data();
    const char* const end = at + name.size();
    for (; static_cast<std::size_t>(end - at) > kStep; at += kStep) {
        hash = multiply(hash ^ load(at, kStep), kOdd);
    }
    const std::uint64_t last = name.size() >= kStep ? load(end - kStep, kStep) : load(at, name.size());
    hash = multiply(hash ^ last, kOdd);
    constexpr std::uint32_t kNotNull = 1U << 31U;
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U)) | kNotNull;
}

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

NameTable::Id NameTable::find(std::string_view name, std::uint32_t hash) const {
    return slots_.empty() ? kNone : slots_[slot_of(name, hash)].id;
}

void NameTable::fetch(std::uint32_t hash) const {
    if (!slots_.empty()) {
        __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
    }
}

NameTable::Id NameTable::guess(std::uint32_t hash) const {
    if (slots_.empty()) {
        return kNone;
    }
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].id != kNone && slots_[at].hash != hash) {
        at = (at + 1) & mask;
    }
    const Id id = slots_[at].id;
    if (id != kNone) {
        __builtin_prefetch(&ends_[id]);
    }
    return id;
}

void NameTable::fetch_text(Id id) const {
    if (id != kNone) {
        __builtin_prefetch(name(id).data());
    }
}

NameTable::Id NameTable::intern(std::string_view name, std::uint32_t hash) {
    if (last_ != kNone && this->name(last_) == name) {
        return last_;
    }
    if (ends_.size() * 2 >= slots_.size()) {
        grow();
    }
    Slot& slot = slots_[slot_of(name, hash)];
    if (slot.id == kNone) {
        if (text_.size() + name.size() > UINT32_MAX || ends_.size() + 1 >= kNone) {
            throw Error("names: more than 4 GiB of distinct names");
        }
        slot = {hash, static_cast<Id>(ends_.size())};
        text_.insert(text_.end(), name.begin(), name.end());
        ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    }
    return last_ = slot.id;
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
    last_ = kNone;
    text_.clear();
    ends_.clear();
    std::fill(slots_.begin(), slots_.end(), Slot{});
}

}  // namespace watchtower::collector
