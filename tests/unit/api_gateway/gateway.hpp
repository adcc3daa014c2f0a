#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <prometheus/registry.h>

#include "common/base/clock.hpp"
#include "common/base/latest.hpp"
#include "common/http/dispatcher.hpp"
#include "services/api-gateway/cors.hpp"
#include "services/api-gateway/routes/table.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::gateway::test {

inline constexpr TimePoint kTick{std::chrono::milliseconds(1765197240000)};  // 2025-12-08T12:34:00Z

/// An answer taken apart.
struct Seen {
    int status = 0;
    std::multimap<std::string, std::string> headers;  ///< names as sent
    std::string body;

    /// The first header of that name, empty when there is none.
    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

inline Seen take_apart(const http::Answer& answer) {
    Seen seen;
    seen.status = std::stoi(answer.head.substr(answer.head.find(' ') + 1));
    seen.body = answer.body ? *answer.body : "";
    for (auto line = answer.head.find("\r\n"); line != std::string::npos; line = answer.head.find("\r\n", line + 2)) {
        const auto colon = answer.head.find(": ", line);
        const auto end = answer.head.find("\r\n", line + 2);
        if (colon < end && end != std::string::npos) {
            seen.headers.emplace(answer.head.substr(line + 2, colon - line - 2),
                                 answer.head.substr(colon + 2, end - colon - 2));
        }
    }
    return seen;
}

/// All of the gateway between a parsed request and its answer, with a clock and worlds that the test sets, and no
/// PostgreSQL and Redis behind it.
class Gateway {
public:
    struct Settings {
        std::vector<std::string> keys = {};
        KeyPolicy policy = KeyPolicy::write;
        std::vector<std::string> origins = {};
        std::int64_t rate_limit = 0;
    };

    Gateway() : Gateway(Settings{}) {}
    explicit Gateway(const Settings& settings)
        : access_(settings.keys, settings.policy),
          limit_(
              {.per_minute = settings.rate_limit}, std::make_shared<Dependency>("redis"), RateLimitMetrics(registry_)),
          cors_(settings.origins) {
        show(std::vector<world_state::World>());
        http::ServerOptions options;
        options.decorate = [this](const http::Request& request, http::Reply& reply) {
            mark_deprecated(request, reply);
            cors_.decorate(request, reply);
        };
        dispatcher_ = std::make_unique<http::Dispatcher>(options, to_routes(table, access_, limit_));
    }

    void show(std::vector<world_state::World> worlds) {
        auto all = std::make_shared<world_state::Worlds>();
        all->all = std::move(worlds);
        worlds_.store(std::move(all));
    }
    void show(const proto::State& state) { show({{state.world, 0, std::make_shared<const proto::State>(state)}}); }

    /// `lines` are headers: "Accept: text/html".
    Seen ask(const std::string& method_and_target,
             const std::vector<std::string>& lines = {},
             const std::string& body = "") {
        http::RequestParser parser({});
        std::string text = method_and_target + " HTTP/1.1\r\nHost: test\r\n";
        for (const std::string& line : lines) {
            text += line + "\r\n";
        }
        if (!body.empty()) {
            text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        }
        parser.feed(text + "\r\n" + body);
        return take_apart(std::get<http::Answer>(dispatcher_->answer(parser.next().value(), "127.0.0.1")));
    }
    Seen get(const std::string& target, const std::vector<std::string>& lines = {}) {
        return ask("GET " + target, lines);
    }

    [[nodiscard]] std::uint64_t renderings() const { return current_.renderings(); }

    ManualClock clock{kTick + std::chrono::seconds(10)};

private:
    prometheus::Registry registry_;
    postgres::Client database_{{.url = "postgresql://nobody@127.0.0.1:1/none"}};
    redis::Client redis_{{.url = "redis://127.0.0.1:1/0"}};
    Latest<world_state::Worlds> worlds_;
    Access access_;
    RateLimit limit_;
    Cors cors_;
    Current current_{[this] { return worlds_.load(); }, access_, clock};
    Stored stored_{database_, current_, StoredMetrics(registry_), {}};
    Tasks tasks_{redis_, current_, clock, 2};
    History history_{database_, stored_.turns(), current_, clock};
    Players players_{database_, stored_, current_};
    Alerts alerts_{database_, stored_.turns(), current_};
    Moderation moderation_{database_, stored_, tasks_, current_, clock};
    Analytics analytics_{database_, redis_, stored_, current_};
    Status status_{[this] { return worlds_.load(); }, redis_, {}, current_, clock};
    GameMetrics game_metrics_{[this] { return worlds_.load(); }, clock, 20};
    EventMetrics event_metrics_{registry_};
    http::EventHub hub_;
    Events events_{hub_,
                   clock,
                   [](const std::string&, std::uint64_t) { return std::vector<proto::NumberedAlert>(); },
                   event_metrics_,
                   {}};

public:
    const std::vector<Endpoint> table = endpoints(
        {current_,
         stored_,
         tasks_,
         history_,
         alerts_,
         moderation_,
         game_metrics_,
         players_,
         analytics_,
         status_,
         events_,
         access_,
         {"api-gateway", [this] { return worlds_.load()->hold_a_state(); }, {}, [] { return std::string(); }}});

private:
    std::unique_ptr<http::Dispatcher> dispatcher_;
};

/// A state as `world_state` would have it, with names that a page and JSON must survive.
inline proto::State hostile_state() {
    auto state = watchtower::test::sample_state("default", kTick);
    state.simulated = true;
    state.document.nomads->by_player[0].first = "<script>\"\\\n\xF0\x9F\x8F\x95";
    state.document.resources->by_player[0].player_id = state.document.nomads->by_player[0].first;
    return state;
}

}  // namespace watchtower::gateway::test
