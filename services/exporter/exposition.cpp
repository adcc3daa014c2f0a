#include "services/exporter/exposition.hpp"

#include "common/world_state/prometheus_text.hpp"

namespace watchtower::exporter {

namespace {

// The small text of each scrape is compressed while Prometheus waits, the large one beforehand.
constexpr int kOwnLevel = 1;
constexpr int kGameLevel = 6;

}  // namespace

Exposition::Exposition(metrics::ServiceMetrics& metrics, const Clock& clock, std::size_t top_players)
    : metrics_(metrics),
      clock_(clock),
      top_players_(top_players),
      scrapes_(prometheus::BuildCounter()
                   .Name("watchtower_scrapes_total")
                   .Help("Scrapes of the game's metrics answered.")
                   .Register(metrics.registry())
                   .Add({})),
      game_text_bytes_(prometheus::BuildGauge()
                           .Name("watchtower_game_text_bytes")
                           .Help("Size of the game's metrics as text.")
                           .Register(metrics.registry())
                           .Add({})) {
    show({});
}

void Exposition::show(const world_state::Worlds& worlds) {
    auto text = std::make_shared<GameText>();
    text->plain = world_state::prometheus_text(worlds, clock_.now(), top_players_);
    text->compressed = http::compress(text->plain, kGameLevel);
    game_text_bytes_.Set(static_cast<double>(text->plain.size()));
    game_text_.store(std::move(text));
}

http::Reply Exposition::answer(const http::Request& request) {
    scrapes_.Increment();
    const auto game = game_text_.load();
    const std::string own = metrics_.render();
    const bool compressed = http::accepts_gzip(request);
    http::Reply reply;
    if (compressed) {
        const http::GzipPart part = http::compress(own, kOwnLevel);
        reply = http::Reply::text(http::gzip({&game->compressed, &part}), metrics::kContentType);
        reply.with("Content-Encoding", "gzip");
    } else {
        reply = http::Reply::text(game->plain + own, metrics::kContentType);
    }
    reply.with("Vary", "Accept-Encoding");
    return reply;
}

}  // namespace watchtower::exporter
