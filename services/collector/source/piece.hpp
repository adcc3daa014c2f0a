#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace watchtower::collector {

/// A part of a page's body, made a body by itself for as long as this lives: in the place of what stands before and
/// behind it the list is opened and closed. So an index of a big body need never be made of more than a piece, which
/// stays in the processor's cache.
class Piece {
public:
    static constexpr std::size_t kNone = std::string::npos;

    /// A comma between what look like two records, as far behind `begin` as possible and before `end`; kNone when there
    /// is none. It may be any comma, as in a text or a list within a record: reading the piece shows it.
    [[nodiscard]] static std::size_t find_cut(std::string_view body, std::size_t begin, std::size_t end);

    /// From `begin`, 0 or within the list called `list`, up to the comma at `cut`, or to the end when it is kNone.
    Piece(std::string& body, std::size_t begin, std::size_t cut, std::string_view list);
    ~Piece();
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;

    /// Where its text begins, and how many bytes it has.
    [[nodiscard]] std::size_t begin() const { return begin_; }
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }

private:
    std::string& body_;
    std::size_t begin_;
    std::size_t end_;
    std::string before_;  ///< what stood where the list is opened now
    std::string behind_;  ///< and where it is closed
};

}  // namespace watchtower::collector
