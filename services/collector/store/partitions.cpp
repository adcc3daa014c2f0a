#include "services/collector/store/partitions.hpp"

#include <algorithm>
#include <string_view>

namespace watchtower::collector {

namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

/// Retention drops whole days that are past it, a day after they ended at the soonest. Older ones may go at any moment,
/// also while ticks that waited for the database are stored into them.
constexpr days kSafeFromRetention{2};

/// Not to_regclass: within a transaction it remembers what was not there.
constexpr auto kIsThere =
    "select exists (select from pg_class where relname = $1 and relnamespace = current_schema()::regnamespace)";

/// "create table if not exists" is not safe against another collector doing the same.
constexpr auto kOneAtATime = "select pg_advisory_xact_lock(hashtext('watchtower partitions'))";

bool is_there(pqxx::transaction_base& transaction, const std::string& partition) {
    return transaction.exec_params1(kIsThere, partition)[0].as<bool>();
}

bool day_is_complete(pqxx::transaction_base& transaction, const Period& day) {
    return std::all_of(kTablesByDay.begin(), kTablesByDay.end(), [&](const std::string& table) {
        return is_there(transaction, table + "_" + day.suffix);
    });
}

void make_day(postgres::Client& postgres, const Period& day) {
    postgres.transaction([&day](pqxx::work& transaction) {
        for (const std::string table : kTablesByDay) {
            make_partition(transaction, table, day);
        }
    });
}

std::string digits_of(TimePoint time, std::size_t count) {
    std::string text = to_rfc3339(time);
    std::erase(text, '-');
    return text.substr(0, count);
}

}  // namespace

Period day_of(TimePoint time) {
    const TimePoint begin = std::chrono::floor<days>(time);
    return {begin, begin + days(1), digits_of(begin, std::string_view("20251208").size())};
}

Period month_of(TimePoint time) {
    const year_month_day day(std::chrono::floor<days>(time));
    const auto first = day.year() / day.month() / 1;
    const TimePoint begin = sys_days(first);
    return {begin, sys_days(first + months(1)), digits_of(begin, std::string_view("202512").size())};
}

bool make_partition(pqxx::work& transaction, const std::string& table, const Period& period) {
    const std::string partition = table + "_" + period.suffix;
    if (is_there(transaction, partition)) {
        return false;
    }
    transaction.exec(kOneAtATime);
    if (is_there(transaction, partition)) {
        return false;
    }
    // "partition of" would wait for all readers of the table, and all writers for it.
    transaction.exec0("create table " + partition + " (like " + table + " including all)");
    transaction.exec0("alter table " + table + " attach partition " + partition + " for values from ('" +
                      to_rfc3339(period.begin) + "') to ('" + to_rfc3339(period.end) + "')");
    return true;
}

void DayPartitions::ensure(postgres::Client& postgres, TimePoint tick) {
    const TimePoint today = std::chrono::floor<days>(SystemClock().now());
    for (const TimePoint time : {tick, tick + days(1)}) {
        const Period day = day_of(time);
        if (days_.contains(day.begin)) {
            continue;
        }
        const bool is_complete =
            postgres.read([&day](pqxx::read_transaction& transaction) { return day_is_complete(transaction, day); });
        if (!is_complete) {
            make_day(postgres, day);
        }
        if (day.begin > today - kSafeFromRetention) {
            days_.insert(day.begin);
        }
    }
}

void DayPartitions::hold(pqxx::work& transaction, TimePoint tick) const {
    const Period day = day_of(tick);
    if (days_.contains(day.begin)) {
        return;
    }
    for (const std::string table : kTablesByDay) {
        transaction.exec0("lock table only " + table + " in row exclusive mode");
    }
    if (!day_is_complete(transaction, day)) {
        throw Unavailable("postgres: partitions of " + day.suffix + ": dropped a moment ago");
    }
}

}  // namespace watchtower::collector
