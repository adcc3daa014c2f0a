#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto-json/sections.hpp"
#include "services/collector/model/records.hpp"

namespace watchtower::collector {

/// Records that were skipped: how many for each reason, and the first of each as an example for the log.
class InvalidRecords {
public:
    /// Counts one. `raw` is its JSON, of which the first gets kept as an excerpt.
    void add(InvalidReason reason, std::string_view raw);
    void add(const InvalidRecords& others);

    [[nodiscard]] std::uint64_t count(InvalidReason reason) const { return counts_[static_cast<std::size_t>(reason)]; }
    [[nodiscard]] std::uint64_t total() const;
    /// Valid UTF-8 in at most 120 bytes without control characters; empty when there was none.
    [[nodiscard]] const std::string& example(InvalidReason reason) const {
        return examples_[static_cast<std::size_t>(reason)];
    }

private:
    std::array<std::uint64_t, kInvalidReasons.size()> counts_{};
    std::array<std::string, kInvalidReasons.size()> examples_;
};

/// What one page held.
struct ParseResult {
    std::uint64_t records = 0;  ///< taken by the sink
    InvalidRecords invalid;
    std::optional<std::string> next;   ///< the link to the next page, as written
    std::optional<std::string> error;  ///< why the body does not count, for the log; nothing when it does
};

/// Reads the body of a page of one section (docs/contract.md) straight into a sink, without a tree in between.
///
/// The body must be one JSON object, valid to its last byte (see json_walk.hpp), with the section's list under one of
/// its two names. Anything else is an error, also a list that is there twice or under both names: which of them counts
/// would be a guess, and a stale section is better than a wrong number. Records handed over before an error was found
/// do not count: the caller drops what its sink has. `next` that is null or empty is the same as none.
/// One thread at a time; keeps its memory from body to body, but for what one needed whose list could not be cut.
class SectionParser {
public:
    /// `piece_bytes`: how much of a body is indexed at a time where its list can be cut between records; for tests.
    explicit SectionParser(proto::Section section, std::size_t piece_bytes = kPieceBytes);
    ~SectionParser();
    SectionParser(SectionParser&&) noexcept;
    SectionParser& operator=(SectionParser&&) noexcept;

    /// `body` gets room for simdjson's padding reserved behind it where it has none; its text is afterwards as it was.
    ParseResult parse(std::string& body, RecordSink& sink);

    static constexpr std::size_t kPieceBytes = 256UL * 1024;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace watchtower::collector
