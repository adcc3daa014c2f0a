#include "services/api-gateway/routes/analytics.hpp"

#include "common/world_state/averages.hpp"
#include "services/api-gateway/economy.hpp"
#include "services/api-gateway/engagement.hpp"

namespace watchtower::gateway {

namespace {

/// One of these is computed at a time; a million players take some seconds.
constexpr Milliseconds kDeadline{8'000};

}  // namespace

const Parameter<std::int64_t> kDays =
    integer_parameter({.name = "days", .description = "Days before the newest tick.", .example = "7"},
                      {.least = 1, .most = 400, .fallback = 7});

std::optional<Analytics::Answer> Analytics::last_answer(const Question& question) {
    const std::lock_guard lock(mutex_);
    const auto found = last_.find(question);
    return found == last_.end() ? std::nullopt : std::optional(found->second);
}

void Analytics::keep(const Question& question, const Answer& answer) {
    const std::lock_guard lock(mutex_);
    last_.insert_or_assign(question, answer);
    if (last_.size() > kAnswers) {
        last_.erase(last_.begin()->first == question ? std::next(last_.begin()) : last_.begin());
    }
}

Analytics::Answer Analytics::compute_or_fetch(const Question& question,
                                              const proto::State& state,
                                              const Compute& compute) {
    const std::string key =
        state.world + ":" + question.second + ":" + std::to_string(state.tick.time_since_epoch().count());
    const std::string body = shared_.get(key, [&] {
        return database_.read(kDeadline,
                              [&](pqxx::read_transaction& transaction) { return compute(transaction, state); });
    });
    Answer answer{render(body, state.tick), state.tick, state.simulated};
    keep(question, answer);
    return answer;
}

http::Reply Analytics::answer(const http::Request& request, const std::string& what, const Compute& compute) {
    const auto state = current_.state_for(request);
    const Question question{state->world, what};
    try {
        const Answer answer = stored_.kept_or_asked(
            answers_, std::pair(question, state->tick), [&] { return compute_or_fetch(question, *state, compute); });
        return current_.reply_until_next_tick(answer.rendered, *state, request);
    } catch (const http::HttpError& unavailable) {
        const auto last = last_answer(question);
        if (!last) {
            throw;
        }
        http::Reply reply = reply_with(last->rendered, request).with("Cache-Control", "no-cache");
        add_origin(reply, state->world, last->tick, last->simulated);
        return reply;
    }
}

http::Reply Analytics::averages(const http::Request& request) {
    const std::int64_t days = kDays.of(request);
    return answer(
        request,
        "averages:" + std::to_string(days),
        [days](pqxx::transaction_base& transaction, const proto::State& state) {
            return encode(world_state::query_averages(transaction, state.world, state.tick, state.timestamp, days));
        });
}

http::Reply Analytics::engagement(const http::Request& request) {
    return answer(request, "engagement", [](pqxx::transaction_base& transaction, const proto::State& state) {
        return encode(query_engagement(transaction, state.world, state.tick), state.timestamp);
    });
}

http::Reply Analytics::economy(const http::Request& request) {
    return answer(request, "economy", [](pqxx::transaction_base& transaction, const proto::State& state) {
        return encode(query_economy(transaction, state.world, state.tick), state.timestamp);
    });
}

}  // namespace watchtower::gateway
