#include "services/collector/outbox/fold.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <vector>

#include "common/base/error.hpp"
#include "proto-json/amount.hpp"

namespace watchtower::collector {

namespace {

/// Calls visit(row without its newline) for each row.
template <typename Visit>
void for_each_row(std::string_view rows, const Visit& visit) {
    while (!rows.empty()) {
        const auto end = std::min(rows.find('\n'), rows.size());
        visit(rows.substr(0, end));
        rows.remove_prefix(std::min(end + 1, rows.size()));
    }
}

/// Where column `column` of a row begins; the row's end when it has fewer. A tab within a field is escaped.
std::size_t begin_of(std::string_view row, std::size_t column) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < column; ++i) {
        at = row.find('\t', at);
        if (at == std::string_view::npos) {
            return row.size();
        }
        ++at;
    }
    return at;
}

std::string_view key_of(std::string_view row, std::size_t keys) {
    return row.substr(0, begin_of(row, keys));
}

proto::Amount take_number(std::string_view& fields) {
    const auto end = std::min(fields.find('\t'), fields.size());
    const auto number = proto::parse_amount(fields.substr(0, end));
    if (!number) {
        throw Error("outbox: no number in a row: '" + std::string(fields.substr(0, end)) + "'");
    }
    fields.remove_prefix(std::min(end + 1, fields.size()));
    return *number;
}

void append_merged(std::string& out, std::string_view older, std::string_view newer, std::size_t first_sum) {
    const std::size_t sums = begin_of(newer, first_sum);
    out.append(newer.substr(0, sums));
    std::string_view more = newer.substr(sums);
    std::string_view before = older.substr(begin_of(older, first_sum));
    while (!more.empty()) {
        out += to_text(take_number(before) + take_number(more));
        out += more.empty() ? "" : "\t";
    }
    out += '\n';
}

}  // namespace

std::string merge_rows(std::string_view older, std::string_view newer, const RowShape& shape) {
    std::unordered_map<std::string_view, std::string_view> replaced;
    for_each_row(newer, [&](std::string_view row) { replaced.emplace(key_of(row, shape.keys), std::string_view()); });
    std::string merged;
    merged.reserve(older.size() + newer.size());
    for_each_row(older, [&](std::string_view row) {
        const auto place = replaced.find(key_of(row, shape.keys));
        if (place != replaced.end()) {
            place->second = row;
        } else {
            merged.append(row) += '\n';
        }
    });
    for_each_row(newer, [&](std::string_view row) {
        const std::string_view before = replaced.at(key_of(row, shape.keys));
        if (before.empty()) {
            merged.append(row) += '\n';
        } else {
            append_merged(merged, before, row, shape.first_sum);
        }
    });
    return merged;
}

std::size_t bytes_of(const TickWrite& write) {
    constexpr std::size_t kAlertBytes = 512;
    // A state in memory takes about what its text takes.
    return write.state_text.size() * write.states.size() + write.state_text.size() + write.players.size() +
           write.entries.size() + write.events_added.size() + write.suspects.size() +
           write.alert_log.size() * kAlertBytes;
}

TickWrite fold(TickWrite older, TickWrite newer) {
    TickWrite folded;
    folded.previous_tick = older.previous_tick;
    folded.previous_id = std::move(older.previous_id);
    folded.id = std::move(newer.id);
    folded.states = std::move(older.states);
    folded.states.insert(folded.states.end(),
                         std::make_move_iterator(newer.states.begin()),
                         std::make_move_iterator(newer.states.end()));
    folded.state_text = std::move(newer.state_text);
    folded.reset = older.reset || newer.reset;
    folded.players = merge_rows(older.players, newer.players, {kPlayerKeys, kFirstPlayerSum});
    folded.player_rows = static_cast<std::uint64_t>(std::count(folded.players.begin(), folded.players.end(), '\n'));
    folded.entries = newer.reset ? std::move(newer.entries) : merge_rows(older.entries, newer.entries, {kEntryKeys});
    folded.events_added = merge_rows(older.events_added, newer.events_added, {kEventKeys, kEventKeys});
    folded.alert_log = std::move(older.alert_log);
    folded.alert_log.insert(folded.alert_log.end(), newer.alert_log.begin(), newer.alert_log.end());
    folded.suspects = merge_rows(older.suspects, newer.suspects, {kSuspectKeys});
    folded.reviews = std::min(older.reviews, newer.reviews);
    folded.erasures = std::min(older.erasures, newer.erasures);
    return folded;
}

bool drop_folded_states(TickWrite& write) {
    if (write.states.size() == 1) {
        return false;
    }
    write.states.erase(write.states.begin(), write.states.end() - 1);
    return true;
}

}  // namespace watchtower::collector
