#include "services/exporter/exposition.hpp"

#include "common/world_state/prometheus_text.hpp"

namespace watchtower::exporter {

namespace {

// The process's own text is compressed while Prometheus waits, the game's beforehand.
constexpr int kOwnLevel = 1;
constexpr int kGameLevel = 6;

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

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
                           .Add({})),
      game_text_seconds_(prometheus::BuildHistogram()
                             .Name("watchtower_game_text_duration_seconds")
                             .Help("Time that making and compressing the game's metrics took, once for each new state.")
                             .Register(metrics.registry())
                             .Add({}, kSeconds)) {
    show({});
}

void Exposition::show(const world_state::Worlds& worlds) {
    const auto begin = std::chrono::steady_clock::now();
    auto text = std::make_shared<GameText>();
    text->plain = world_state::prometheus_text(worlds, clock_.now(), top_players_);
    text->compressed = http::compress(text->plain, kGameLevel);
    game_text_bytes_.Set(static_cast<double>(text->plain.size()));
    game_text_.store(std::move(text));
    game_text_seconds_.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

bool Exposition::is_current(const Body* body, const std::shared_ptr<const GameText>& game) const {
    if (body == nullptr || body->game != game) {
        return false;
    }
    const Milliseconds age = clock_.now() - body->made_at;
    return age >= Milliseconds(0) && age < kOwnAge;
}

std::shared_ptr<const std::string> Exposition::current(Variant& variant, bool compressed) {
    const auto game = game_text_.load();
    auto body = variant.body.load();
    if (!is_current(body.get(), game)) {
        const std::lock_guard lock(variant.making);
        body = variant.body.load();
        if (!is_current(body.get(), game)) {
            auto made = std::make_shared<Body>();
            made->game = game;
            made->made_at = clock_.now();
            const std::string own = metrics_.render();
            if (compressed) {
                const http::GzipPart part = http::compress(own, kOwnLevel);
                made->text = http::gzip({&game->compressed, &part});
            } else {
                made->text.reserve(game->plain.size() + own.size());
                made->text.append(game->plain).append(own);
            }
            variant.body.store(made);
            body = std::move(made);
        }
    }
    return {body, &body->text};
}

http::Reply Exposition::answer(const http::Request& request) {
    scrapes_.Increment();
    const bool compressed = http::accepts_gzip(request);
    auto reply = http::Reply::shared(current(compressed ? compressed_ : plain_, compressed), metrics::kContentType);
    if (compressed) {
        reply.with("Content-Encoding", "gzip");
    }
    return reply.with("Vary", "Accept-Encoding");
}

}  // namespace watchtower::exporter
