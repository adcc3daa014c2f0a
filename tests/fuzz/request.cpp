#include <algorithm>
#include <string>
#include <string_view>

#include "common/http/request_parser.hpp"
#include "common/http/syntax.hpp"
#include "common/http/uri.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using watchtower::fuzz::expect;
using namespace watchtower::http;

ParserLimits limits() {
    ParserLimits limits;
    limits.head_bytes = 2048;
    limits.target_bytes = 512;
    limits.headers = 20;
    limits.body_bytes = 256;
    return limits;
}

void check(const ParsedRequest& parsed) {
    const Request& request = parsed.request;
    expect(request.headers.size() <= limits().headers, "headers are bounded");
    expect(request.body.size() <= limits().body_bytes, "bodies are bounded");
    expect(request.target.size() <= limits().target_bytes, "targets are bounded");
    expect(is_utf8(request.path) && request.path.find('\0') == std::string::npos, "paths are UTF-8 without NUL");
    for (const auto& [name, value] : request.headers) {
        expect(is_token(name) && name == lower(name), "names are tokens in lower case");
        expect(std::none_of(value.begin(), value.end(), is_control), "values hold no control characters");
        expect(value == trim(value), "values have no space around them");
    }
}

/// All that comes of the bytes when they are fed in pieces of so many.
std::string outcome(std::string_view bytes, std::size_t piece) {
    RequestParser parser(limits());
    std::string all;
    try {
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            parser.feed(bytes.substr(at, piece));
            while (const auto parsed = parser.next()) {
                check(*parsed);
                const auto& request = parsed->request;
                all.append(to_text(request.method)).append(" ").append(request.target).append(" ");
                for (const auto& [name, value] : request.headers) {
                    all.append(name).append(":").append(value).append(",");
                }
                all.append(request.body).append(parsed->keep_alive ? ";" : ".");
            }
            (void)parser.take_expectation();
        }
    } catch (const HttpError& e) {
        return all + std::to_string(e.status());
    }
    return all + (parser.empty() ? "" : "more");
}

}  // namespace

/// However the bytes of a connection are cut, they mean the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto whole = outcome(bytes, std::max<std::size_t>(size, 1));
    expect(outcome(bytes, 1) == whole, "bytes one by one mean the same");
    expect(outcome(bytes, 1 + size % 7) == whole, "bytes in pieces mean the same");
    return 0;
}
