#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "common/base/clock.hpp"
#include "common/base/latest.hpp"
#include "common/http/gzip.hpp"
#include "common/http/message.hpp"
#include "common/metrics/service_metrics.hpp"
#include "common/world_state/worlds.hpp"

namespace watchtower::exporter {

/// What GET /metrics answers: the game's text and behind it the process's own. The game's is made and compressed once
/// for each new state; the whole is made for the first scrape after kOwnAge and shared by those that come before the
/// next, so that what a scrape costs does not depend on what there is to tell. Thread-safe.
class Exposition {
public:
    /// The process's own series are this old at most; a new state is shown at once.
    static constexpr Milliseconds kOwnAge{100};

    /// All must outlive it.
    Exposition(metrics::ServiceMetrics& metrics, const Clock& clock, std::size_t top_players);

    /// Makes the game's text anew.
    void show(const world_state::Worlds& worlds);

    [[nodiscard]] http::Reply answer(const http::Request& request);

private:
    struct GameText {
        std::string plain;
        http::GzipPart compressed;
    };
    struct Body {
        std::shared_ptr<const GameText> game;  ///< what it was made of
        TimePoint made_at;
        std::string text;
    };
    /// A body as one kind of client wants it.
    struct Variant {
        Latest<Body> body;
        std::mutex making;
    };

    [[nodiscard]] bool is_current(const Body* body, const std::shared_ptr<const GameText>& game) const;
    [[nodiscard]] std::shared_ptr<const std::string> current(Variant& variant, bool compressed);

    metrics::ServiceMetrics& metrics_;
    const Clock& clock_;
    const std::size_t top_players_;
    prometheus::Counter& scrapes_;
    prometheus::Gauge& game_text_bytes_;
    prometheus::Histogram& game_text_seconds_;
    Latest<GameText> game_text_;
    Variant plain_;
    Variant compressed_;
};

}  // namespace watchtower::exporter
