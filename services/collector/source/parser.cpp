#include "services/collector/source/parser.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "services/collector/source/json_walk.hpp"
#include "services/collector/source/record_reader.hpp"

namespace watchtower::collector {

namespace {

using json::Token;

constexpr std::size_t kMostExampleBytes = 120;
/// simdjson's index of a body can be larger than the body: after one of this size it is given back.
constexpr std::size_t kBigBody = 16UL << 20U;

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
    explicit Impl(proto::Section of) : section(of), reader(of) {}

    void read_document(const std::string& body, RecordSink& sink, ParseResult& result);
    void read_list(json::Value& list, RecordSink& sink, ParseResult& result);

    proto::Section section;
    RecordReader reader;
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    bool started = false;  ///< document is of the body in hand
};

void SectionParser::Impl::read_list(json::Value& list, RecordSink& sink, ParseResult& result) {
    json::walk_array(list, [&](json::Value& element) {
        const std::string_view begin = json::first_token(element);
        const auto refusal = reader.read(element);
        // Behind a composite simdjson stands on the next token, at a scalar still on the scalar itself.
        const char* end = begin.data() + begin.size();
        const char* here = nullptr;
        if (document.current_location().get(here) == simdjson::SUCCESS) {
            end = std::max(end, here);
        }
        const std::string_view raw(begin.data(), static_cast<std::size_t>(end - begin.data()));
        if (refusal) {
            result.invalid.add(*refusal, raw);
        } else {
            reader.hand_over(raw, sink, result);
        }
    });
    reader.finish(sink, result);
}

void SectionParser::Impl::read_document(const std::string& body, RecordSink& sink, ParseResult& result) {
    reader.begin_body();
    json::require(parser.iterate(body.data(), body.size(), body.capacity()).get(document));
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

SectionParser::SectionParser(proto::Section section) : impl_(std::make_unique<Impl>(section)) {}
SectionParser::~SectionParser() = default;
SectionParser::SectionParser(SectionParser&&) noexcept = default;
SectionParser& SectionParser::operator=(SectionParser&&) noexcept = default;

ParseResult SectionParser::parse(std::string& body, RecordSink& sink) {
    ParseResult result;
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    impl_->started = false;
    try {
        impl_->read_document(body, sink, result);
    } catch (const json::InvalidBody& error) {
        result.error = error.what();
        const char* here = nullptr;
        if (impl_->started && impl_->document.current_location().get(here) == simdjson::SUCCESS) {
            *result.error += " (near byte " + std::to_string(here - body.data()) + ")";
        }
    }
    if (body.size() >= kBigBody) {
        impl_->document = {};
        impl_->parser = simdjson::ondemand::parser();
    }
    return result;
}

}  // namespace watchtower::collector
