#include "services/ccc-simulator/game_api.hpp"

#include <algorithm>
#include <charconv>

#include "common/http/gzip.hpp"
#include "services/ccc-simulator/spoil.hpp"

namespace watchtower::simulator {

namespace {

using Kind = Fault::Kind;

const Fault* first_of(const std::vector<Fault>& faults, Kind kind) {
    const auto found =
        std::find_if(faults.begin(), faults.end(), [kind](const Fault& fault) { return fault.kind == kind; });
    return found == faults.end() ? nullptr : &*found;
}

std::uint32_t parse_number(std::string_view name, std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw BadInput(std::string(name) + ": not a whole number");
    }
    return value;
}

/// "1.60": epoch 1, step 60.
Moment parse_moment(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) {
        throw BadInput("at: not a moment");
    }
    return {parse_number("at", text.substr(0, dot)), parse_number("at", text.substr(dot + 1))};
}

std::shared_ptr<Edition> find_edition(Game& game, proto::Section section, const http::Request& request) {
    const auto at = request.query_parameter("at");
    if (!at) {
        return game.current(section);
    }
    auto edition = game.kept(section, parse_moment(*at));
    if (edition == nullptr) {
        throw http::HttpError(410, "at: too long ago");
    }
    return edition;
}

std::size_t find_page(const Edition& edition, const http::Request& request) {
    const std::uint32_t page = parse_number("page", request.query_parameter("page").value_or("1"));
    if (page == 0 || page > edition.pages()) {
        throw http::HttpError(404, "page: there is none of this number");
    }
    return page - 1;
}

http::Reply status_reply(const Fault& fault) {
    http::Reply reply = http::Reply::text("the simulator was told to answer this\n");
    reply.status = fault.status;
    if (fault.retry_after) {
        reply.with("Retry-After", std::to_string(*fault.retry_after));
    }
    if (!fault.location.empty()) {
        reply.with("Location", fault.location);
    }
    return reply;
}

http::Delivery delivery(const std::vector<Fault>& faults, std::size_t body_bytes) {
    http::Delivery delivery;
    if (const Fault* fault = first_of(faults, Kind::delay)) {
        delivery.delay = fault->delay;
    }
    if (const Fault* fault = first_of(faults, Kind::drip)) {
        delivery.body_bytes_per_second = fault->bytes;
    }
    if (const Fault* fault = first_of(faults, Kind::truncate)) {
        const auto sent = static_cast<std::size_t>(fault->share * static_cast<double>(body_bytes));
        delivery.body_bytes = std::min(sent, body_bytes - std::min<std::size_t>(body_bytes, 1));
    }
    if (const Fault* fault = first_of(faults, Kind::no_answer)) {
        delivery.delay = fault->delay;
        delivery.silent = true;
    }
    return delivery;
}

/// Whether the reader can use the answer, as far as its delivery decides.
bool arrives(const std::vector<Fault>& faults) {
    return std::none_of(faults.begin(), faults.end(), [](const Fault& fault) {
        return fault.unread || fault.kind == Kind::truncate || fault.kind == Kind::no_answer ||
               fault.kind == Kind::broken_gzip;
    });
}

}  // namespace

GameApi::GameApi(Games& games, Faults& faults, FaultMetrics& metrics, Options options)
    : games_(games),
      faults_(faults),
      metrics_(metrics),
      options_(std::move(options)) {}

std::vector<http::Route> GameApi::routes() {
    const std::vector<http::QueryParameter> query = {{"world", "the world, in place of the path's"},
                                                     {"at", "the moment a page belongs to: only as in a link"},
                                                     {"page", "the page's number, from 1"},
                                                     {"peek", "1: does not count as read in the truth"}};
    std::vector<http::Route> routes;
    for (const proto::Section section : proto::kSections) {
        for (const char* prefix : {"", "/worlds/{world}"}) {
            routes.push_back({http::Method::get,
                              prefix + path_of(section),
                              [this, section](const http::Request& request) { return answer(section, request); },
                              "The game's " + std::string(to_text(section)),
                              query});
        }
    }
    return routes;
}

http::Reply GameApi::answer(proto::Section section, const http::Request& request) {
    if (!options_.api_key.empty() && !bears(request, options_.api_key)) {
        throw http::HttpError(401, "the game's key is missing or wrong", {{"WWW-Authenticate", "Bearer"}});
    }
    auto world = request.query_parameter("world");
    if (!world && !request.path_parameters.empty()) {
        world = request.path_parameter("world");
    }
    Game& game = find_game(games_, world);
    const std::vector<Fault> faults = faults_.strike(section, game.name());
    metrics_.count(faults);
    http::Reply reply;
    if (const Fault* fault = first_of(faults, Kind::status)) {
        reply = status_reply(*fault);
    } else {
        const auto edition = find_edition(game, section, request);
        reply = deliver(game, *edition, find_page(*edition, request), faults, request);
    }
    reply.delivery = delivery(faults, reply.body->size());
    return reply;
}

http::Reply GameApi::deliver(
    Game& game, Edition& edition, std::size_t page, const std::vector<Fault>& faults, const http::Request& request) {
    const proto::Section section = edition.reading().section;
    const bool counts = request.method == http::Method::get && request.query_parameter("peek") != "1";
    const bool zipped = http::accepts_gzip(request) || first_of(faults, Kind::broken_gzip) != nullptr;
    bool readable = arrives(faults);
    std::shared_ptr<const std::string> body;
    if (spoils_body(faults)) {
        Spoilt spoilt = spoil(*edition.plain(page), faults, section, options_.shape);
        readable = readable && spoilt.readable;
        if (counts && readable && spoilt.bad_records > 0) {
            game.served_bad_records(section, spoilt.bad_records);
        }
        body =
            std::make_shared<const std::string>(zipped ? http::gzip(spoilt.body, kGzipLevel) : std::move(spoilt.body));
    } else {
        body = zipped ? edition.gzipped(page) : edition.plain(page);
    }
    if (first_of(faults, Kind::broken_gzip) != nullptr) {
        body = std::make_shared<const std::string>("\x1f\x8b" + std::string(body->size() / 2, 'x'));
    }
    if (counts && readable) {
        game.served(edition, page);
    }
    http::Reply reply = http::Reply::shared(std::move(body), "application/json");
    reply.with("Vary", "Accept-Encoding");
    if (zipped) {
        reply.with("Content-Encoding", "gzip");
    }
    return reply;
}

}  // namespace watchtower::simulator
