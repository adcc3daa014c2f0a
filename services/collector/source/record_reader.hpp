#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "proto-json/sections.hpp"
#include "services/collector/model/records.hpp"
#include "services/collector/source/fields.hpp"
#include "services/collector/source/json_walk.hpp"
#include "services/collector/source/record_queue.hpp"

namespace watchtower::collector {

/// Turns the elements of one section's lists into records. Memory is kept from record to record. One thread at a time.
///
/// The order of members does not matter; of members with the same name the last counts. Unknown ones are ignored.
/// `last_action` counts before its alias `action_type`. A resources record with `gold` or `spice` is of the shape of
/// `players`, else of that of `resources`, in which a `type` other than those two is wrong_type.
class RecordReader {
public:
    explicit RecordReader(proto::Section section);

    /// Must be called before the first element of each body.
    void begin_body();

    /// Walks one element to its end. Nothing: there is a record, to be handed over next. Throws json::InvalidBody.
    [[nodiscard]] fields::Refusal read(json::Value& element);

    /// Hands the record that was read to `sink`, in its turn. `raw` is its JSON. What became of it goes into `result`.
    void hand_over(std::string_view raw, RecordSink& sink, ParseResult& result);

    /// Hands over what still waits for its turn.
    void finish(RecordSink& sink, ParseResult& result);

private:
    /// A member of `actions`.
    struct Entry {
        json::Token name;
        json::Token number;
        std::string_view plain_name;  ///< the name where it stands in the body without escapes, else empty
        fields::Refusal refusal;      ///< of the name
    };
    static constexpr std::size_t kMostMembers = 7;

    void read_members(json::Value& element);
    [[nodiscard]] std::size_t place_of(simdjson::ondemand::field& member, std::size_t position);
    void read_entries(json::Value& value);
    /// Walks a list of ids; how many there are.
    [[nodiscard]] std::size_t read_ids(json::Value& value);
    void keep_entries(std::size_t size);
    void add_entry(simdjson::ondemand::field& member);
    [[nodiscard]] fields::Refusal make_nomad();
    [[nodiscard]] fields::Refusal make_balance();
    [[nodiscard]] fields::Refusal make_dwelling();
    [[nodiscard]] fields::Refusal make_combat();
    [[nodiscard]] fields::Refusal make_event();
    [[nodiscard]] fields::Refusal read_actions(NomadRecord& record);
    template <typename Record>
    [[nodiscard]] Record& vacant();

    proto::Section section_;
    std::array<json::Token, kMostMembers> members_;   ///< of the record in hand, by their places in the list of names
    std::array<std::uint8_t, kMostMembers> order_{};  ///< the places of the last record's members as they came
    std::vector<Entry> entries_;                      ///< of its member `actions`, or of the last one that had it
    std::vector<ActionCount> actions_;                ///< what they say
    std::uint64_t ids_hash_ = 0;                      ///< of the last list of ids that was walked
    std::variant<RecordQueue<NomadRecord>,
                 RecordQueue<BalanceRecord>,
                 RecordQueue<DwellingRecord>,
                 RecordQueue<CombatRecord>,
                 RecordQueue<EventRecord>>
        queue_;  ///< of the section
};

}  // namespace watchtower::collector
