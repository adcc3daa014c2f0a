#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/postgres/client.hpp"
#include "proto-json/suspect.hpp"

/// Who is suspected of what, page by page.
namespace watchtower::gateway {

/// Where a page ends: its last suspect.
struct SuspectPlace {
    std::string score;  ///< a double's decimal text, as PostgreSQL wrote it
    std::string kind;
    std::string player_id;

    bool operator==(const SuspectPlace&) const = default;
};

/// A list goes from the highest score to the lowest; those with the same are in the order of their ids, then of the
/// kinds, both bytewise.
struct SuspectsQuestion {
    std::string world;
    std::optional<proto::SuspectState> state;  ///< nothing: any
    std::optional<proto::SuspectKind> kind;    ///< nothing: any
    int limit = kUsualLimit;                   ///< 1 to kMostLimit
    std::optional<SuspectPlace> after;         ///< the page begins behind it; nothing: the list's beginning

    static constexpr int kUsualLimit = 50;
    static constexpr int kMostLimit = 1000;
};

struct SuspectsPage {
    std::vector<proto::Suspect> suspects;
    std::optional<SuspectPlace> next;  ///< nothing: the list ends here
};

/// Asks the table. A suspect who does not change while a list is read page by page stands in it once. Throws as the
/// transaction does.
[[nodiscard]] SuspectsPage query_suspects(pqxx::transaction_base& transaction, const SuspectsQuestion& question);

/// Whether the player is a suspect, of this kind or of any. Throws as the transaction does.
[[nodiscard]] bool is_suspect(pqxx::transaction_base& transaction,
                              const std::string& world,
                              const std::string& player_id,
                              const std::optional<proto::SuspectKind>& kind);

/// The answer: {"suspects":[…],"next":…,"timestamp":…}; `now` is when it is said.
[[nodiscard]] std::string encode(const SuspectsPage& page, const SuspectsQuestion& question, TimePoint now);

/// A place as clients carry it to the next page: as encode_cursor of players. Pure.
[[nodiscard]] std::string encode_cursor(const SuspectsQuestion& question, const SuspectPlace& place);

/// The place. Throws BadInput naming `cursor` for what encode_cursor did not write, or wrote for another world, state
/// or kind; a limit may change.
[[nodiscard]] SuspectPlace parse_cursor(std::string_view text, const SuspectsQuestion& question);

}  // namespace watchtower::gateway
