#include <string_view>

#include "services/api-gateway/accept.hpp"
#include "services/api-gateway/moment.hpp"
#include "services/api-gateway/players_cursor.hpp"
#include "tests/fuzz/target.hpp"

using watchtower::fuzz::expect;
using namespace watchtower::gateway;

/// What clients write into the gateway's parameters and its Accept header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto weight = quality(text, "text/html");
    expect(!weight || (*weight >= 0 && *weight <= 1000), "weights are 0 to 1000");
    (void)prefers_html(text);
    const auto moment = try_parse_moment(text);
    expect(!moment || (moment->time_since_epoch().count() >= 0 && *moment <= kLastMoment), "moments are in range");
    const PlayersQuestion question{};
    try {
        const auto place = parse_cursor(text, question);
        expect(encode_cursor(question, place) == text, "a cursor that is taken was written by us");
    } catch (const watchtower::BadInput&) {
    }
    return 0;
}
