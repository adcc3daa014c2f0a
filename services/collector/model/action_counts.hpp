#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "services/collector/model/name_table.hpp"

namespace watchtower::collector {

/// How a number of actions is known, which decides how two reads of it are compared.
enum class ActionSource : std::uint32_t {
    cumulative,  ///< the records' `actions`: the value is a sum
    last,        ///< records with only a last_action: the value is how many
    stamped,     ///< one record with a last_action_at: the value is that time in epoch milliseconds, at least 1
    floor,       ///< no record: stamped records up to this time (epoch milliseconds) were counted before
    kept,        ///< no record: the last sum that was told, while none of the player's records tells any
    estimated    ///< no record: how many were counted from last and stamped that no sum has told since
};

/// Whether a record says it now; else it is only there for the next comparison.
[[nodiscard]] constexpr bool is_told(ActionSource source) {
    return source == ActionSource::cumulative || source == ActionSource::last || source == ActionSource::stamped;
}

/// For each player a short list of (action, source, value), all in one block of memory, so that a read of a million
/// players allocates nothing once the blocks have grown. Players and actions are numbers of a NameTable.
class ActionCounts {
public:
    struct Entry {
        std::uint32_t next;  ///< index of the player's next entry, kEnd for none
        std::uint32_t key;
        std::uint64_t value;

        [[nodiscard]] NameTable::Id action() const { return key >> 3U; }
        [[nodiscard]] ActionSource source() const { return static_cast<ActionSource>(key & 7U); }
    };

    /// The entries of one player, for a range-based for.
    class Range {
    public:
        class Iterator {
        public:
            Iterator(const std::vector<Entry>* pool, std::uint32_t at) : pool_(pool), at_(at) {}
            const Entry& operator*() const { return (*pool_)[at_]; }
            Iterator& operator++() {
                at_ = (*pool_)[at_].next;
                return *this;
            }
            bool operator!=(const Iterator& other) const { return at_ != other.at_; }

        private:
            const std::vector<Entry>* pool_;
            std::uint32_t at_;
        };
        Range(const std::vector<Entry>* pool, std::uint32_t head) : pool_(pool), head_(head) {}
        [[nodiscard]] Iterator begin() const { return {pool_, head_}; }
        [[nodiscard]] Iterator end() const { return {pool_, kEnd}; }
        [[nodiscard]] bool empty() const { return head_ == kEnd; }

    private:
        const std::vector<Entry>* pool_;
        std::uint32_t head_;
    };

    /// Adds to the player's cumulative or last value.
    void add(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value);
    /// Takes back what add added; the value must be there.
    void subtract(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value);
    /// One more entry, also beside an equal one.
    void append(NameTable::Id player, NameTable::Id action, ActionSource source, std::uint64_t value);
    /// Removes one stamped entry with that value, if there is one.
    void remove(NameTable::Id player, NameTable::Id action, std::uint64_t value);

    /// Room for as many entries as another one has.
    void reserve(const ActionCounts& like) {
        pool_.reserve(like.pool_.size());
        heads_.reserve(like.heads_.size());
    }

    /// Fetch into the processor's cache what adding to a player needs: first where the player's entries are told, and
    /// once that is there, the newest of them.
    void fetch(NameTable::Id player) const {
        if (player < heads_.size()) {
            __builtin_prefetch(&heads_[player]);
        }
    }
    void fetch_entries(NameTable::Id player) const {
        if (player < heads_.size() && heads_[player] != kEnd) {
            // Entries of a player that were appended together lie before the newest.
            constexpr std::uint32_t kEntriesInALine = 4;
            __builtin_prefetch(&pool_[heads_[player]]);
            __builtin_prefetch(&pool_[heads_[player] - std::min(heads_[player], kEntriesInALine)]);
        }
    }

    [[nodiscard]] Range of(NameTable::Id player) const {
        return {&pool_, player < heads_.size() ? heads_[player] : kEnd};
    }

    /// A player's entries in the order in which they were appended.
    void copy(NameTable::Id player, std::vector<Entry>& entries) const;

    /// The value of an entry; 0 when there is none. Not for stamped.
    [[nodiscard]] std::uint64_t value(NameTable::Id player, NameTable::Id action, ActionSource source) const;

    /// What the player's records say now: cumulative and last values, one for each stamped record.
    [[nodiscard]] std::uint64_t total(NameTable::Id player) const;

    void clear();

private:
    static constexpr std::uint32_t kEnd = UINT32_MAX;

    [[nodiscard]] std::uint32_t find(NameTable::Id player, std::uint32_t key) const;

    std::vector<Entry> pool_;
    std::vector<std::uint32_t> heads_;  ///< by player
    NameTable::Id last_player_ = NameTable::kNone;
    std::uint32_t last_ = kEnd;  ///< the entry of last_player_ that was added to or appended last
};

}  // namespace watchtower::collector
