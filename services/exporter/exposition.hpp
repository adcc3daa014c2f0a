#pragma once

#include <cstddef>

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

/// What GET /metrics answers: the game's text, made and compressed once for each new state, and behind it the process's
/// own, made for each scrape. Thread-safe.
class Exposition {
public:
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

    metrics::ServiceMetrics& metrics_;
    const Clock& clock_;
    const std::size_t top_players_;
    prometheus::Counter& scrapes_;
    prometheus::Gauge& game_text_bytes_;
    prometheus::Histogram& game_text_seconds_;
    Latest<GameText> game_text_;
};

}  // namespace watchtower::exporter
