#include "common/http/uri.hpp"

#include <string>
#include <string_view>

#include "tests/fuzz/target.hpp"

using watchtower::fuzz::expect;
using namespace watchtower::http;

namespace {

bool is_sound(const std::string& text) {
    return is_utf8(text) && text.find('\0') == std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const bool plus_is_space : {false, true}) {
        try {
            const auto decoded = percent_decode(text, plus_is_space);
            expect(is_sound(decoded), "decoded text is UTF-8 without NUL");
            expect(percent_decode(percent_encode(decoded), plus_is_space) == decoded, "encoding is undone by decoding");
        } catch (const watchtower::BadInput&) {
        }
    }
    try {
        for (const auto& segment : parse_path(text)) {
            expect(is_sound(segment), "segments are UTF-8 without NUL");
        }
    } catch (const watchtower::BadInput&) {
    }
    try {
        for (const auto& [name, value] : parse_query(text)) {
            expect(is_sound(name) && is_sound(value), "parameters are UTF-8 without NUL");
        }
    } catch (const watchtower::BadInput&) {
    }
    return 0;
}
