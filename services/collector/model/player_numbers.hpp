#pragma once

#include <cstdint>
#include <string_view>

#include "services/collector/model/name_table.hpp"

namespace watchtower::collector {

/// Numbers the players of a section: those whom the world knows by the world's numbers, so that they need not be looked
/// up again when the two are compared, and others by those that follow. Sections may read the same world's table at
/// once. Otherwise not thread-safe.
class PlayerNumbers {
public:
    using Id = NameTable::Id;

    /// Forgets all. `known` (or none) must outlive this or the next clear(); until then its names keep their numbers,
    /// and what is added to it is not seen.
    void clear(const NameTable* known) {
        known_ = known;
        known_size_ = known == nullptr ? 0 : static_cast<Id>(known->size());
        others_.clear();
        last_ = NameTable::kNone;
    }

    /// `hash`: NameTable::hash_of(name).
    Id intern(std::string_view name, std::uint32_t hash) {
        if (last_ != NameTable::kNone && this->name(last_) == name) {
            return last_;
        }
        last_ = known_size_ > 0 ? known_->find(name, hash) : NameTable::kNone;
        if (last_ >= known_size_) {
            last_ = known_size_ + others_.intern(name, hash);
        }
        return last_;
    }

    /// The three steps of NameTable, for players who are known or, when nobody is, for all.
    void fetch(std::uint32_t hash) const { likely().fetch(hash); }
    [[nodiscard]] Id guess(std::uint32_t hash) const { return likely().guess(hash); }
    void fetch_text(Id id) const { likely().fetch_text(id); }

    [[nodiscard]] std::string_view name(Id id) const {
        return id < known_size_ ? known_->name(id) : others_.name(id - known_size_);
    }
    [[nodiscard]] std::size_t size() const { return known_size_ + others_.size(); }

    /// Players below this number have the numbers of `table`.
    [[nodiscard]] Id known_in(const NameTable& table) const { return known_ == &table ? known_size_ : 0; }

private:
    [[nodiscard]] const NameTable& likely() const { return known_size_ > 0 ? *known_ : others_; }

    const NameTable* known_ = nullptr;
    Id known_size_ = 0;
    NameTable others_;
    Id last_ = NameTable::kNone;  ///< interned last
};

}  // namespace watchtower::collector
