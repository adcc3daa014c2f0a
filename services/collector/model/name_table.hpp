#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace watchtower::collector {

/// Gives each distinct name a dense number, 0, 1, 2, … in the order of first sight. Names are kept in one block of
/// memory; looking one up that is known allocates nothing. Not thread-safe.
class NameTable {
public:
    using Id = std::uint32_t;
    static constexpr Id kNone = UINT32_MAX;

    /// The name's number, a new one if it has none yet. The name that was interned last is known at once. Throws Error
    /// beyond 4 GiB of names.
    Id intern(std::string_view name) { return intern(name, hash_of(name)); }
    Id intern(std::string_view name, std::uint32_t hash);

    /// For whoever looks a name up several times; the same for all tables of this process. Never 0.
    [[nodiscard]] static std::uint32_t hash_of(std::string_view name);

    /// Three steps, each some time after the one before, that fetch into the processor's cache what looking a name up
    /// will need, so that a table larger than the cache costs it no waiting: where the number stands; the number that
    /// the name most likely has, or kNone, and where its text is; the text, to be compared with.
    void fetch(std::uint32_t hash) const;
    [[nodiscard]] Id guess(std::uint32_t hash) const;
    void fetch_text(Id id) const;

    /// kNone when it was never interned.
    [[nodiscard]] Id find(std::string_view name) const { return find(name, hash_of(name)); }
    [[nodiscard]] Id find(std::string_view name, std::uint32_t hash) const;

    /// Valid until the next intern.
    [[nodiscard]] std::string_view name(Id id) const;

    [[nodiscard]] std::size_t size() const { return ends_.size(); }

    /// Forgets all names and keeps the memory.
    void clear();

private:
    struct Slot {
        std::uint32_t hash = 0;
        Id id = kNone;
    };

    [[nodiscard]] std::size_t slot_of(std::string_view name, std::uint32_t hash) const;
    void grow();

    Id last_ = kNone;  ///< interned last
    std::vector<char> text_;
    std::vector<std::uint32_t> ends_;  ///< end of each name in text_; it begins where the one before ends
    std::vector<Slot> slots_;          ///< open addressing, linear probing; a power of two, at most half full
};

}  // namespace watchtower::collector
