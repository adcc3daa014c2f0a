#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto-json/sections.hpp"
#include "services/ccc-simulator/random.hpp"

namespace watchtower::simulator {

/// Something that goes wrong with answers to the game's readers, as JSON `{"kind": "status", "section": "nomads", …}`.
/// README.md lists kinds and members.
struct Fault {
    enum class Kind {
        status,
        delay,
        drip,
        truncate,
        no_answer,
        cut_json,
        invalid_json,
        empty_body,
        bad_records,
        shuffle,
        repeat,
        huge,
        next,
        broken_gzip
    };

    Kind kind = Kind::status;
    std::optional<proto::Section> section;  ///< nothing: all
    std::optional<std::string> world;       ///< nothing: all
    double probability = 1;
    std::optional<std::uint64_t> count;  ///< strikes so often; nothing: for ever
    std::uint64_t skip = 0;              ///< spares so many requests before
    std::uint64_t struck = 0;
    bool unread = false;  ///< the reader will give up: what it is sent does not count as read in the truth

    int status = 503;
    std::optional<std::uint64_t> retry_after;  ///< seconds, of status
    std::string location;                      ///< of status
    std::chrono::milliseconds delay{0};        ///< of delay and no_answer
    std::uint64_t bytes = 0;                   ///< of huge; a second, of drip
    double share = 0.5;                        ///< of the body that is left, of truncate and cut_json
    std::uint64_t records = 1;                 ///< of bad_records and repeat
    std::string value;                         ///< of next
};

/// Every kind there is.
[[nodiscard]] std::vector<Fault::Kind> fault_kinds();
/// "no_answer".
[[nodiscard]] std::string_view to_text(Fault::Kind kind);

/// A JSON list of faults. Throws BadInput that names the member.
[[nodiscard]] std::vector<Fault> parse_faults(const std::string& text);
[[nodiscard]] std::string render_faults(const std::vector<Fault>& faults);

/// The faults in force. Thread-safe.
class Faults {
public:
    explicit Faults(std::uint64_t seed) : random_(seed) {}

    void replace(std::vector<Fault> faults);
    [[nodiscard]] std::vector<Fault> list() const;
    /// Those that strike this request; it counts against them.
    [[nodiscard]] std::vector<Fault> strike(proto::Section section, const std::string& world);

private:
    mutable std::mutex mutex_;
    Random random_;
    std::vector<Fault> faults_;
};

}  // namespace watchtower::simulator
