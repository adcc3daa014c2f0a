#include "services/collector/source/parser.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "services/collector/source/json_walk.hpp"
#include "services/collector/source/piece.hpp"
#include "services/collector/source/record_reader.hpp"

namespace watchtower::collector {

namespace {

using json::Token;

constexpr std::size_t kMostExampleBytes = 120;
/// simdjson's index of a piece can be larger than the piece: after one of this size it is given back.
constexpr std::size_t kBigPiece = 16UL << 20U;
constexpr std::string_view kBlanks = " \t\r\n";

/// The names of a section's list; the second one is empty where there is only one.
constexpr std::array<std::array<std::string_view, 2>, proto::kSectionCount> kLists = {
    {{"nomads", ""}, {"players", "resources"}, {"dwellings", ""}, {"combats", "pvp_actions"}, {"events", ""}}};

bool continues_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Whether a control character stands there: C0, DEL or, in two bytes, C1.
bool is_control(std::string_view text, std::size_t at) {
    const auto c = static_cast<unsigned char>(text[at]);
    const bool c1 = c == 0xC2U && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0U;
    return c < 0x20U || c == 0x7FU || c1;
}

std::string excerpt(std::string_view raw) {
    std::size_t size = std::min(raw.size(), kMostExampleBytes);
    while (size > 0 && size < raw.size() && continues_a_character(raw[size])) {
        --size;
    }
    raw = raw.substr(0, size);
    std::string text;
    text.reserve(size);
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (!is_control(raw, at)) {
            text += raw[at];
            continue;
        }
        text += ' ';
        at += static_cast<unsigned char>(raw[at]) == 0xC2U ? 1U : 0U;
    }
    return text;
}

}  // namespace

void InvalidRecords::add(InvalidReason reason, std::string_view raw) {
    const auto place = static_cast<std::size_t>(reason);
    if (counts_[place]++ == 0) {
        examples_[place] = excerpt(raw);
    }
}

void InvalidRecords::add(const InvalidRecords& others) {
    for (std::size_t place = 0; place < counts_.size(); ++place) {
        if (counts_[place] == 0) {
            examples_[place] = others.examples_[place];
        }
        counts_[place] += others.counts_[place];
    }
}

std::uint64_t InvalidRecords::total() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

struct SectionParser::Impl {
    Impl(proto::Section of, std::size_t bytes) : section(of), piece_bytes(bytes), reader(of) {}

    void read_body(std::string& body, RecordSink& sink, ParseResult& result);
    std::size_t read_piece(
        std::string& body, std::size_t begin, std::size_t cut, RecordSink& sink, ParseResult& result);
    void read_document(const std::string& body, const Piece& piece, RecordSink& sink, ParseResult& result);
    void read_list(json::Value& list, RecordSink& sink, ParseResult& result);

    proto::Section section;
    std::size_t piece_bytes;
    RecordReader reader;
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    bool started = false;               ///< document is of the piece in hand
    const char* cut_at = nullptr;       ///< where the piece was cut, or the body's end
    const char* unread = nullptr;       ///< the record of the list that is read or, behind the last, what closes it
    const char* behind_list = nullptr;  ///< the token there; null before the list's end
};

void SectionParser::Impl::read_list(json::Value& list, RecordSink& sink, ParseResult& result) {
    json::walk_array(list, [&](json::Value& element) {
        const std::string_view begin = json::first_token(element);
        if (begin != "]") {  // no record: a comma stands before it
            unread = begin.data();
        }
        const auto refusal = reader.read(element);
        // Behind a composite simdjson stands on the next token, at a scalar still on the scalar itself.
        const char* here = nullptr;
        json::require(document.current_location().get(here));
        if (here > cut_at) {
            throw json::InvalidBody("a record that is cut");
        }
        const char* const end = std::max(begin.data() + begin.size(), here);
        const std::string_view raw(begin.data(), static_cast<std::size_t>(end - begin.data()));
        if (refusal) {
            result.invalid.add(*refusal, raw);
        } else {
            reader.hand_over(raw, sink, result);
        }
    });
    json::require(document.current_location().get(behind_list));
    for (unread = behind_list - 1; kBlanks.find(*unread) != std::string_view::npos;) {
        --unread;
    }
}

/// Hands over each record of the body once: where a piece turns out to be cut in the wrong place, the next one begins
/// with the record that was cut, and is larger when nothing came of this one.
void SectionParser::Impl::read_body(std::string& body, RecordSink& sink, ParseResult& result) {
    std::size_t begin = 0;
    for (std::size_t bytes = piece_bytes; begin < body.size() || begin == 0;) {
        const bool is_rest = bytes >= body.size() - begin;
        const std::size_t cut = is_rest ? Piece::kNone : Piece::find_cut(body, begin, begin + bytes);
        const std::size_t next = is_rest || cut != Piece::kNone ? read_piece(body, begin, cut, sink, result) : begin;
        bytes = next > begin ? piece_bytes : 2 * bytes;
        begin = next;
    }
}

/// Where the next piece begins: behind this one, or where it is no piece of the list.
std::size_t SectionParser::Impl::read_piece(
    std::string& body, std::size_t begin, std::size_t cut, RecordSink& sink, ParseResult& result) {
    const Piece piece(body, begin, cut, kLists[proto::index(section)].front());
    const bool is_rest = cut == Piece::kNone;
    started = false;
    cut_at = body.data() + std::min(cut, body.size());
    unread = body.data() + begin;
    behind_list = nullptr;
    reader.begin_body();
    try {
        read_document(body, piece, sink, result);
    } catch (const json::InvalidBody&) {
        if (is_rest) {
            throw;
        }
    }
    reader.finish(sink, result);
    if (is_rest) {
        return body.size();
    }
    const bool closed_at_cut = behind_list == cut_at + 1;
    return closed_at_cut ? cut + 1 : static_cast<std::size_t>(unread - body.data());
}

void SectionParser::Impl::read_document(const std::string& body,
                                        const Piece& piece,
                                        RecordSink& sink,
                                        ParseResult& result) {
    const std::size_t room = body.capacity() - piece.begin();
    json::require(parser.iterate(body.data() + piece.begin(), piece.size(), room).get(document));
    started = true;
    simdjson::ondemand::object root;
    json::require(document.get_object().get(root));
    const auto& names = kLists[proto::index(section)];
    bool has_list = false;
    json::walk_members(root, [&](simdjson::ondemand::field& member) {
        const Token name = json::read_key(member);
        json::Value& value = member.value();
        if (!name.text.empty() && (name.text == names[0] || name.text == names[1])) {
            if (std::exchange(has_list, true)) {
                throw json::InvalidBody("a second list, '" + std::string(name.text) + "'");
            }
            if (json::first_token(value) != "[") {
                throw json::InvalidBody("'" + std::string(name.text) + "' is no list");
            }
            read_list(value, sink, result);
            return;
        }
        Token token;
        json::read(value, 1, token);
        if (name.text != "next") {
            return;
        }
        if (token.kind != Token::Kind::text && !token.empty()) {
            throw json::InvalidBody("'next' is no text");
        }
        result.next = token.text.empty() || token.empty() ? std::nullopt : std::optional(std::string(token.text));
    });
    const char* behind = nullptr;
    if (document.current_location().get(behind) != simdjson::OUT_OF_BOUNDS) {
        throw json::InvalidBody("something stands behind the object");
    }
    if (!has_list) {
        throw json::InvalidBody("no list '" + std::string(names[0]) + "'");
    }
}

SectionParser::SectionParser(proto::Section section, std::size_t piece_bytes)
    : impl_(std::make_unique<Impl>(section, piece_bytes)) {}
SectionParser::~SectionParser() = default;
SectionParser::SectionParser(SectionParser&&) noexcept = default;
SectionParser& SectionParser::operator=(SectionParser&&) noexcept = default;

ParseResult SectionParser::parse(std::string& body, RecordSink& sink) {
    ParseResult result;
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    try {
        impl_->read_body(body, sink, result);
    } catch (const json::InvalidBody& error) {
        result.error = error.what();
        const char* here = nullptr;
        if (impl_->started && impl_->document.current_location().get(here) == simdjson::SUCCESS) {
            *result.error += " (near byte " + std::to_string(here - body.data()) + ")";
        }
    }
    if (impl_->parser.capacity() >= kBigPiece) {
        impl_->document = {};
        impl_->parser = simdjson::ondemand::parser();
    }
    return result;
}

}  // namespace watchtower::collector
