#include <algorithm>
#include <string>
#include <string_view>

#include "common/http/address_set.hpp"
#include "common/http/answer.hpp"
#include "common/http/event_hub.hpp"
#include "common/http/gzip.hpp"
#include "common/http/syntax.hpp"
#include "tests/fuzz/target.hpp"

using watchtower::fuzz::expect;
using namespace watchtower::http;

namespace {

void try_address(std::string_view text) {
    const auto address = parse_ip_address(text);
    if (address) {
        expect(parse_ip_address(to_text(*address)) == address, "an address's text is that address");
    }
    try {
        const AddressSet set({std::string(text)});
        expect(set.contains(address.value_or(IpAddress{})) || !address, "a set of one address contains it");
    } catch (const watchtower::BadInput&) {
    }
}

}  // namespace

/// Values of headers that we read, and of those that we write.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Request request;
    request.headers = {{"accept-encoding", std::string(text)}, {"x-forwarded-for", std::string(text)}};
    (void)accepts_gzip(request);
    (void)etag_matches(text, "\"1-a\"");
    (void)etag_matches("\"1-a\"", text);
    try_address(text);
    const auto client = client_address(AddressSet({"10.0.0.0/8", "::1"}), "10.1.1.1", request);
    expect(parse_ip_address(client).has_value(), "who asks is an address");

    Reply reply = Reply::text("body");
    reply.with("X-Text", std::string(text));
    const auto head = to_answer(reply, {"server", "id", false, false, false}).head;
    expect(head.find("\r\n\r\n") == head.size() - 4, "no value ends the head");
    expect(std::count(head.begin(), head.end(), '\n') == 8, "no value adds a line");

    const auto event = event_text(text, text, text);
    expect(event->ends_with("\n\n") && event->find("\n\n") == event->size() - 2, "no text ends an event");
    return 0;
}
