#include "tests/unit/collector_model/bookkeeper.hpp"

#include <algorithm>

namespace watchtower::collector::test {

namespace {

using proto::Section;

constexpr auto kSevenDays = std::chrono::hours(24 * 7);

void compare(Bookkeeper::Flow& flow, std::int64_t before, std::int64_t now) {
    (now > before ? flow.collected : flow.spent) += std::max(now, before) - std::min(now, before);
}

}  // namespace

std::uint64_t Bookkeeper::sum_of_present() const {
    std::uint64_t sum = 0;
    for (const std::string& player : present_) {
        if (const auto sums = sums_.find(player); sums != sums_.end()) {
            for (const auto& [action, count] : sums->second) {
                sum += count;
            }
        }
    }
    return sum;
}

void Bookkeeper::read_nomads(const Answer& answer) {
    std::map<std::string, NomadRow> by_id;
    std::vector<NomadRow> rows;
    for (const NomadRow& row : answer.nomads) {
        if (row.id) {
            by_id[*row.id] = row;
        } else {
            rows.push_back(row);
        }
    }
    for (const auto& [id, row] : by_id) {
        rows.push_back(row);
    }
    std::map<std::string, Sums> now;
    std::map<std::string, std::uint64_t> nomads;
    for (const NomadRow& row : rows) {
        nomads[row.player] += row.count;
        if (row.actions) {
            Sums& sums = now[row.player];
            for (const auto& [action, count] : *row.actions) {
                sums[action] += count;
            }
        }
    }
    std::uint64_t old_sum = 0;
    std::uint64_t new_sum = 0;
    for (const auto& [player, sums] : now) {
        if (!present_.contains(player)) {
            continue;
        }
        for (const auto& [action, count] : sums_[player]) {
            old_sum += count;
        }
        for (const auto& [action, count] : sums) {
            new_sum += count;
        }
    }
    const bool reset = old_sum >= 100 && new_sum * 10 < old_sum;
    if (reset) {
        ++epoch;
        sums_.clear();
        nomads_.clear();
        balances_are_of_old_epoch_ = true;
    }
    for (const auto& [player, sums] : now) {
        for (const auto& [action, count] : sums) {
            const std::uint64_t before = sums_[player][action];
            actions[action] += count > before ? count - before : 0;
        }
        sums_[player] = sums;
    }
    present_.clear();
    for (const auto& [player, count] : nomads) {
        present_.insert(player);
        const std::uint64_t before = nomads_[player];
        nomads_created += nomads_were_read_ && !reset && count > before ? count - before : 0;
        nomads_[player] = count;
    }
    nomads_were_read_ = true;
}

void Bookkeeper::read_resources(const Answer& answer) {
    std::map<std::string, BalanceRow> now;
    for (const BalanceRow& row : answer.resources) {
        now[row.player] = row;
    }
    if (!balances_) {
        for (const auto& [player, balance] : now) {
            gold.start += balance.gold;
            spice.start += balance.spice;
        }
        balances_ = now;
        balances_are_of_old_epoch_ = false;
        return;
    }
    for (const auto& [player, balance] : *balances_) {
        const auto still = now.find(player);
        if (still != now.end() && !balances_are_of_old_epoch_) {
            compare(gold, balance.gold, still->second.gold);
            compare(spice, balance.spice, still->second.spice);
        } else {
            gold.left += balance.gold;
            spice.left += balance.spice;
        }
    }
    for (const auto& [player, balance] : now) {
        if (balances_are_of_old_epoch_ || !balances_->contains(player)) {
            gold.joined += balance.gold;
            spice.joined += balance.spice;
        }
    }
    balances_ = now;
    balances_are_of_old_epoch_ = false;
}

template <typename Count>
void Bookkeeper::read_list(
    const std::vector<EntryRow>& rows, Known& known, bool nomads_read, bool reset, TimePoint time, const Count& count) {
    std::map<std::string, std::pair<EntryRow, std::uint64_t>> now;
    for (const EntryRow& row : rows) {
        const std::string content =
            row.type + "|" + row.attacker + "|" + std::to_string(row.affected) + (row.success ? "|won" : "|lost");
        auto& [entry, times] = now[row.id ? "id " + *row.id : "no id " + content];
        entry = row;
        times = row.id ? 1 : times + 1;
    }
    std::erase_if(known, [&](const auto& one) {
        const Entry& entry = one.second;
        return (reset && !entry.of_either_epoch) || (!entry.standing && time - entry.stood_at > kSevenDays);
    });
    std::set<std::string> fresh;
    for (const auto& [key, row] : now) {
        const auto before = known.find(key);
        const std::uint64_t old = before == known.end() ? 0 : before->second.count;
        if (row.second > old) {
            count(row.first, row.second - old);
        }
        if (old == 0) {
            fresh.insert(key);
        }
    }
    std::erase_if(known, [&](const auto& one) { return !now.contains(one.first) && (!one.second.has_id || reset); });
    for (auto& [key, entry] : known) {
        entry.standing = false;
        entry.of_either_epoch = entry.of_either_epoch && !nomads_read;
    }
    for (const auto& [key, row] : now) {
        Entry& entry = known[key];
        entry.count = row.second;
        entry.has_id = row.first.id.has_value();
        entry.of_either_epoch = entry.has_id && !nomads_read && (entry.of_either_epoch || fresh.contains(key));
        entry.standing = true;
        entry.stood_at = time;
    }
}

void Bookkeeper::read(const Answer& answer, TimePoint time) {
    const std::uint64_t epoch_before = epoch;
    if (answer.was_read(Section::nomads)) {
        read_nomads(answer);
    }
    const bool reset = epoch != epoch_before;
    if (answer.was_read(Section::resources)) {
        read_resources(answer);
    }
    const bool nomads_read = answer.was_read(Section::nomads);
    if (answer.was_read(Section::pvp)) {
        read_list(answer.combats, combats_, nomads_read, reset, time, [this](const EntryRow& row, std::uint64_t n) {
            attacks += n;
            successful += row.success ? n : 0;
            destroyed += row.affected * n;
        });
    } else if (reset) {
        combats_.clear();
    }
    if (answer.was_read(Section::events)) {
        read_list(answer.events, events_, nomads_read, reset, time, [this](const EntryRow& row, std::uint64_t n) {
            events[row.type].count += n;
            events[row.type].affected += row.affected * n;
        });
    } else if (reset) {
        events_.clear();
    }
}

}  // namespace watchtower::collector::test
