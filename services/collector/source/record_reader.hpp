#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "proto-json/sections.hpp"
#include "services/collector/model/records.hpp"
#include "services/collector/source/fields.hpp"
#include "services/collector/source/json_walk.hpp"

namespace watchtower::collector {

/// Turns the elements of one section's lists into records. Memory is kept from record to record. One thread at a time.
///
/// The order of members does not matter; of members with the same name the last counts. Unknown ones are ignored.
/// `last_action` counts before its alias `action_type`. A resources record with `gold` or `spice` is of the shape of
/// `players`, else of that of `resources`, in which a `type` other than those two is wrong_type.
class RecordReader {
public:
    explicit RecordReader(proto::Section section);

    /// Walks one element to its end and hands the record to `sink`. Nothing: it was taken. Throws json::InvalidBody.
    fields::Refusal read(json::Value& element, RecordSink& sink);

private:
    void read_members(json::Value& element);
    void read_entries(json::Value& value);
    /// Walks a list of ids; how many there are.
    [[nodiscard]] std::size_t read_ids(json::Value& value);
    [[nodiscard]] fields::Refusal take_nomad(RecordSink& sink);
    [[nodiscard]] fields::Refusal take_balance(RecordSink& sink) const;
    [[nodiscard]] fields::Refusal take_dwelling(RecordSink& sink) const;
    [[nodiscard]] fields::Refusal take_combat(RecordSink& sink) const;
    [[nodiscard]] fields::Refusal take_event(RecordSink& sink) const;
    [[nodiscard]] fields::Refusal read_actions();

    proto::Section section_;
    std::array<json::Token, 7> members_;                        ///< of the record in hand, in the order of its names
    std::vector<std::pair<json::Token, json::Token>> entries_;  ///< of its member `actions`
    std::uint64_t ids_hash_ = 0;                                ///< of the last list of ids that was walked
    NomadRecord nomad_;
};

}  // namespace watchtower::collector
