#include "services/api-gateway/routes/stored.hpp"

#include <optional>
#include <utility>

#include "common/base/log.hpp"

namespace watchtower::gateway {

namespace {

using std::chrono::seconds;

constexpr seconds kSnapshotLifetime{3600};  // what is kept of a tick never changes
constexpr const char* kRetryAfterSeconds = "5";

constexpr const char* kDocumentOfTick = R"(
select document::text, coalesce(state ->> 'simulated', 'false') = 'true'
from snapshots
where world = $1 and tick = $2::timestamptz)";

constexpr const char* kIsTickStored = R"(
select exists (select from worlds where world = $1 and last_tick >= $2::timestamptz))";

struct StoredDocument {
    std::string text;
    bool simulated = false;
};

prometheus::Counter& answers(prometheus::Registry& registry, const char* result) {
    return prometheus::BuildCounter()
        .Name("watchtower_stored_answers_total")
        .Help("Questions to the database by how they were answered.")
        .Register(registry)
        .Add({{"result", result}});
}

}  // namespace

StoredMetrics::StoredMetrics(prometheus::Registry& registry)
    : kept(answers(registry, "kept")),
      waited(answers(registry, "waited")),
      computed(answers(registry, "computed")),
      failed(answers(registry, "failed")),
      refused(answers(registry, "refused")) {}

const Parameter<TimePoint> kTick = time_parameter({.name = "tick",
                                                   .description = "The tick: RFC 3339, or seconds since the epoch.",
                                                   .example = "2025-12-08T12:34:00Z",
                                                   .place = ParameterDeclaration::Place::path});

const Parameter<std::int64_t> kTimeWindow = integer_parameter(
    {.name = "time_window", .description = "Whole seconds before the newest tick.", .example = "3600"},
    {.least = 60, .most = 30LL * 24 * 3600, .fallback = 3600});

http::Reply Stored::snapshot(const http::Request& request, const Access& access) {
    const TimePoint tick = kTick.of(request);
    const std::string world = current_.world_for(request).name;
    const Turns::Turn turn(turns_);
    const auto found = database_.read([&](pqxx::read_transaction& transaction) {
        const auto rows = transaction.exec_params(kDocumentOfTick, world, to_rfc3339(tick));
        return rows.empty() ? std::nullopt : std::optional(StoredDocument{rows[0][0].c_str(), rows[0][1].as<bool>()});
    });
    if (!found) {
        throw http::HttpError(404, "no document of this tick is kept");
    }
    http::Reply reply = reply_with(render(found->text, tick), request);
    reply.with("Cache-Control", cache_control(access, kSnapshotLifetime));
    add_origin(reply, world, tick, found->simulated);
    return reply;
}

Rendered Stored::compute(const DashboardQuestion& question, TimePoint timestamp) {
    const auto stats = database_.read([&](pqxx::read_transaction& transaction) {
        // After an outage the newest state may be ahead of the tables; its figures would be too low.
        if (!transaction.exec_params1(kIsTickStored, question.world, to_rfc3339(question.tick))[0].as<bool>()) {
            throw Unavailable("dashboard: " + question.world + ": " + to_rfc3339(question.tick) +
                              " is not in the tables yet");
        }
        return query_dashboard(transaction, question);
    });
    return render(encode(stats, question, timestamp), question.tick);
}

http::Reply Stored::dashboard(const http::Request& request) {
    const seconds time_window(kTimeWindow.of(request));
    const auto state = current_.state_for(request);
    const DashboardQuestion question{state->world, state->tick, time_window};
    const Rendered rendered = kept_or_asked(cache_, question, [&] { return compute(question, state->timestamp); });
    return current_.reply_until_next_tick(rendered, *state, request);
}

void Stored::refuse(const Unavailable& failure) {
    metrics_.failed.Increment();
    log::warn("stored_answer_unavailable", {{"error", failure.what()}});
    throw http::HttpError(
        503, "the database cannot answer this at present; try again later", {{"Retry-After", kRetryAfterSeconds}});
}

}  // namespace watchtower::gateway
