#include "services/collector/owners/session_locks.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/option_text.hpp"

namespace watchtower::collector {

namespace {

using std::chrono::steady_clock;

/// $1: the worlds' names with commas, $2: "1" for each whose lock is wanted, $3: the same for the announcement. A lock
/// that is held is not asked for again, as it would have to be given back as many times.
constexpr auto kHoldLocks = R"(
with asked as (
    select position, kind, hashtextextended('watchtower:' || kind || ':' || world, 0) as key,
           substr(wishes, position::int, 1) = '1' as wanted
    from unnest(string_to_array($1, ',')) with ordinality as worlds (world, position),
         (values ('own', $2::text), ('announce', $3::text)) as kinds (kind, wishes)
), held as materialized (
    select (classid::bigint << 32) | objid::bigint as key, bool_or(pid = pg_backend_pid()) as mine,
           bool_or(pid <> pg_backend_pid()) as others
    from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
    group by 1
)
select position, kind = 'own' as own,
       case when mine and wanted then true
            when mine then not pg_advisory_unlock(key)
            when wanted and others is not true then pg_try_advisory_lock(key)
            else false end as mine,
       coalesce(others, false) as others
from asked left join held using (key))";

std::string to_text(const std::vector<bool>& flags, std::size_t count) {
    std::string text(count, '0');
    for (std::size_t i = 0; i < flags.size(); ++i) {
        text.at(i) = flags[i] ? '1' : '0';
    }
    return text;
}

void note(const pqxx::row& row, LockView& view) {
    LockView::World& world = view.worlds.at(row[0].as<std::size_t>() - 1);
    if (row[1].as<bool>()) {
        world.mine = row[2].as<bool>();
        world.others = row[3].as<bool>();
    } else {
        world.leased = row[3].as<bool>();
    }
}

postgres::Options client_options(const SessionLocks::Options& options) {
    return {.url = options.url,
            .application_name = "watchtower-collector-owners",
            .deadline = SessionLocks::kDeadline,
            .statement_timeout = SessionLocks::kDeadline,
            .connect_timeout = SessionLocks::kDeadline,
            .connections = 1,
            .wait = SessionLocks::kDeadline};
}

}  // namespace

SessionLocks::SessionLocks(const Options& options, std::shared_ptr<Dependency> dependency)
    : options_(options),
      names_(join(options.worlds, ",")),
      postgres_(std::make_unique<postgres::Client>(client_options(options), std::move(dependency))) {}

SessionLocks::~SessionLocks() {
    stop();
}

void SessionLocks::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void SessionLocks::stop() {
    thread_.request_stop();
    if (thread_.joinable()) {
        thread_.join();
    }
    postgres_.reset();
}

void SessionLocks::want(LockWish wish) {
    const std::lock_guard lock(mutex_);
    if (wish == wish_) {
        return;
    }
    wish_ = std::move(wish);
    new_wish_ = true;
    changed_.notify_one();
}

LockView SessionLocks::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

void SessionLocks::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const LockWish wish = wish_;
        new_wish_ = false;
        lock.unlock();
        LockView view = ask(wish);
        lock.lock();
        seen_ = std::move(view);
        changed_.wait_for(lock, stop, options_.pause, [this] { return new_wish_; });
    }
}

LockView SessionLocks::ask(const LockWish& wish) {
    LockView view;
    view.asked = steady_clock::now();
    const std::string idle = std::to_string((options_.lease + std::chrono::seconds(1)).count());
    const std::size_t count = options_.worlds.size();
    try {
        postgres_->read([&](pqxx::read_transaction& transaction) {
            transaction.exec0("set idle_session_timeout = " + idle);
            view.worlds.assign(count, {});
            for (const auto& row :
                 transaction.exec_params(kHoldLocks, names_, to_text(wish.own, count), to_text(wish.announce, count))) {
                note(row, view);
            }
        });
        view.answered = true;
    } catch (const std::exception& error) {
        view.worlds.clear();
        log::debug("owner_locks_unknown", {{"error", error.what()}});
    }
    return view;
}

}  // namespace watchtower::collector
