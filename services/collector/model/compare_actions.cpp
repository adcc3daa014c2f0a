#include <algorithm>
#include <iterator>

#include "services/collector/model/comparison.hpp"

namespace watchtower::collector {

namespace {

std::uint64_t rise(std::uint64_t before, std::uint64_t now) {
    return now > before ? now - before : 0;
}

bool only_sums(ActionCounts::Range counts) {
    for (const auto& entry : counts) {
        if (entry.source() != ActionSource::cumulative) {
            return false;
        }
    }
    return true;
}

/// Whether both tell the same sums and nothing else, in the same order: so it is for most players.
bool are_equal_sums(ActionCounts::Range before, ActionCounts::Range now) {
    auto old = before.begin();
    auto entry = now.begin();
    while (old != before.end() && entry != now.end() && (*old).key == (*entry).key && (*old).value == (*entry).value &&
           (*entry).source() == ActionSource::cumulative) {
        ++old;
        ++entry;
    }
    return !(old != before.end()) && !(entry != now.end());
}

std::vector<std::uint64_t> difference(const std::vector<std::uint64_t>& of, const std::vector<std::uint64_t>& without) {
    std::vector<std::uint64_t> rest;
    std::set_difference(of.begin(), of.end(), without.begin(), without.end(), std::back_inserter(rest));
    return rest;
}

}  // namespace

ActionComparer::Action& ActionComparer::of(NameTable::Id action) {
    const auto known =
        std::find_if(actions_.begin(), actions_.end(), [action](const Action& one) { return one.action == action; });
    if (known != actions_.end()) {
        return *known;
    }
    actions_.emplace_back().action = action;
    return actions_.back();
}

void ActionComparer::collect(const ActionCounts& before, const ActionCounts& now, NameTable::Id player) {
    actions_.clear();
    for (const auto& entry : before.of(player)) {
        Action& action = of(entry.action());
        switch (entry.source()) {
            case ActionSource::cumulative:
                action.was_told = true;
                [[fallthrough]];
            case ActionSource::kept:
                action.sum_before = entry.value;
                break;
            case ActionSource::last:
                action.last_before = entry.value;
                break;
            case ActionSource::stamped:
                action.times_before.push_back(entry.value);
                break;
            case ActionSource::floor:
                action.floor = entry.value;
                break;
            case ActionSource::estimated:
                action.estimated = entry.value;
                break;
        }
    }
    for (const auto& entry : now.of(player)) {
        Action& action = of(entry.action());
        if (entry.source() == ActionSource::cumulative) {
            action.sum = entry.value;
        } else if (entry.source() == ActionSource::last) {
            action.last = entry.value;
        } else {
            action.times.push_back(entry.value);
        }
    }
    for (Action& action : actions_) {
        std::sort(action.times_before.begin(), action.times_before.end());
        std::sort(action.times.begin(), action.times.end());
    }
}

ActionComparer::Forms ActionComparer::forms(bool telling) const {
    std::uint64_t untold_before = 0;
    std::uint64_t untold = 0;
    bool was_told = false;
    bool was_kept = false;
    bool fell = false;
    for (const Action& action : actions_) {
        untold_before += action.last_before + action.times_before.size();
        untold += action.last + action.times.size();
        was_told = was_told || action.was_told;
        was_kept = was_kept || (!action.was_told && action.sum_before > 0);
        fell = fell || action.sum < action.sum_before;
    }
    const bool sums_went = was_told || (was_kept && untold_before == 0);
    return {telling, telling ? fell : sums_went, untold < untold_before || (!was_told && untold == 0)};
}

std::uint64_t ActionComparer::rise_of_sum(Action& action, const Forms& forms) {
    std::uint64_t added = rise(action.sum_before, action.sum);
    if (forms.may_tell_estimated) {
        const std::uint64_t told = std::min(added, action.estimated);
        action.estimated -= told;
        added -= told;
    }
    return added;
}

std::uint64_t ActionComparer::estimate(Action& action, const Forms& forms) {
    const auto size = [](const std::vector<std::uint64_t>& list) { return static_cast<std::uint64_t>(list.size()); };
    const std::uint64_t untold_before = action.last_before + size(action.times_before);
    const std::uint64_t rise_of_last =
        std::min(rise(action.last_before, action.last), rise(untold_before, action.last + size(action.times)));
    const auto fresh = difference(action.times, action.times_before);
    const auto new_times = static_cast<std::uint64_t>(
        std::count_if(fresh.begin(), fresh.end(), [&](std::uint64_t time) { return time > action.floor; }));
    const std::uint64_t got_a_time =
        std::min(rise(action.last, action.last_before), rise(size(action.times_before), size(action.times)));
    for (const std::uint64_t time : difference(action.times_before, action.times)) {
        action.floor = std::max(action.floor, time);
    }
    if (forms.sums_fell) {
        return 0;
    }
    const std::uint64_t added = rise_of_last + rise(got_a_time, new_times);
    action.estimated += added;
    return added;
}

void ActionComparer::remember(ActionCounts& now, NameTable::Id player, const Action& action, bool telling) {
    if (action.floor > 0) {
        now.append(player, action.action, ActionSource::floor, action.floor);
    }
    if (!telling && action.sum_before > 0) {
        now.append(player, action.action, ActionSource::kept, action.sum_before);
    }
    if (action.estimated > 0) {
        now.append(player, action.action, ActionSource::estimated, action.estimated);
    }
}

bool ActionComparer::is_changed(const ActionCounts& before, const ActionCounts& now, NameTable::Id player) {
    const auto read = [player](const ActionCounts& counts, Entries& entries) {
        entries.clear();
        for (const auto& entry : counts.of(player)) {
            entries.emplace_back(entry.key, entry.value);
        }
        std::sort(entries.begin(), entries.end());
    };
    read(before, entries_before_);
    read(now, entries_);
    return entries_before_ != entries_;
}

bool ActionComparer::compare(const Nomads& before,
                             Nomads& now,
                             PlayerChange& change,
                             std::vector<std::uint64_t>& added_by_action) {
    const NameTable::Id player = change.player;
    const bool telling = of_player(now.telling, player) != 0;
    const auto add = [&](NameTable::Id action, std::uint64_t added) {
        change.actions_added += added;
        added_by_action[action] += added;
    };
    if (telling && are_equal_sums(before.counts.of(player), now.counts.of(player))) {
        return false;
    }
    if (telling && only_sums(before.counts.of(player)) && only_sums(now.counts.of(player))) {
        for (const auto& entry : now.counts.of(player)) {
            add(entry.action(), rise(before.counts.value(player, entry.action(), entry.source()), entry.value));
        }
        return is_changed(before.counts, now.counts, player);
    }
    collect(before.counts, now.counts, player);
    const Forms all = forms(telling);
    for (Action& action : actions_) {
        if (telling) {
            add(action.action, rise_of_sum(action, all));
        }
        add(action.action, estimate(action, all));
        remember(now.counts, player, action, telling);
    }
    return is_changed(before.counts, now.counts, player);
}

}  // namespace watchtower::collector
