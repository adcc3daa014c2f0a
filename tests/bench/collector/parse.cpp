/// usage: watchtower-bench-parse FOLDER ROUNDS
/// Measures on the bodies in FOLDER, in one thread and in memory, parsing with aggregation as the collector does it,
/// and beside it two walks with simdjson's on-demand API that keep nothing: `visit` goes through every object, array,
/// member name and value and looks at the text of each scalar; `decode` also turns strings, numbers and booleans into
/// values. Prints medians of the rounds as JSON.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <simdjson.h>

#include "proto-json/sections.hpp"
#include "services/collector/model/reading.hpp"
#include "services/collector/source/parser.hpp"
#include "tests/bench/collector/processor_seconds.hpp"

namespace watchtower::bench {
namespace {

namespace ondemand = simdjson::ondemand;
using collector::Reading;
using collector::SectionParser;

/// What the walks saw, so that the compiler does not leave them out and that both are known to have seen all.
struct Seen {
    std::uint64_t names = 0;
    std::uint64_t scalars = 0;
    std::uint64_t sum = 0;
};

template <typename T>
T checked(simdjson::simdjson_result<T> result) {
    T value;
    if (std::move(result).get(value) != simdjson::SUCCESS) {
        throw std::runtime_error("a body that cannot be walked");
    }
    return value;
}

/// Looks where the scalar begins and, as simdjson needs it to step over strings, takes these raw.
void visit(ondemand::value& value, Seen& seen) {
    const char first = value.raw_json_token().front();
    seen.sum += static_cast<std::uint64_t>(first);
    if (first == '"') {
        seen.sum += value.get_raw_json_string().error() == simdjson::SUCCESS ? 1 : 0;
    }
}

void decode(ondemand::value& value, Seen& seen) {
    switch (checked(value.type())) {
        case ondemand::json_type::string:
            seen.sum += checked(value.get_string()).size();
            break;
        case ondemand::json_type::number:
            seen.sum += static_cast<std::uint64_t>(checked(value.get_number()).get_number_type());
            break;
        case ondemand::json_type::boolean:
            seen.sum += checked(value.get_bool()) ? 1 : 0;
            break;
        default:
            seen.sum += value.is_null() ? 1 : 0;
    }
}

template <void (*take)(ondemand::value&, Seen&)>
void walk(ondemand::value value, Seen& seen) {
    switch (checked(value.type())) {
        case ondemand::json_type::object:
            for (auto field : checked(value.get_object())) {
                ++seen.names;
                walk<take>(checked(field.value()), seen);
            }
            break;
        case ondemand::json_type::array:
            for (auto element : checked(value.get_array())) {
                walk<take>(checked(std::move(element)), seen);
            }
            break;
        default:
            ++seen.scalars;
            take(value, seen);
    }
}

template <void (*take)(ondemand::value&, Seen&)>
Seen walk_body(ondemand::parser& parser, const std::string& body) {
    Seen seen;
    auto document = checked(parser.iterate(body.data(), body.size(), body.capacity()));
    walk<take>(checked(document.get_value()), seen);
    return seen;
}

/// Of this thread's processor time, which others that run beside it change least.
double seconds_of(const std::function<void()>& work) {
    const double begin = processor_seconds();
    work();
    return processor_seconds() - begin;
}

struct Seconds {
    double visit = 0;
    double decode = 0;
    double parse = 0;
};

/// One section's parsers and body.
class Bench {
public:
    Bench(proto::Section section, const std::string& folder) : section_(section), parser_(section) {
        const std::string path = folder + "/" + std::string(to_text(section)) + ".json";
        std::ifstream file(path, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        body_ = std::move(text).str();
        body_.reserve(body_.size() + simdjson::SIMDJSON_PADDING);
        if (body_.empty()) {
            throw std::runtime_error(path + ": cannot be read");
        }
    }

    Seconds run(Reading& reading) {
        Seconds seconds;
        Seen visited;
        Seen decoded;
        seconds.visit = seconds_of([&] { visited = walk_body<visit>(walker_, body_); });
        seconds.decode = seconds_of([&] { decoded = walk_body<decode>(walker_, body_); });
        if (visited.names != decoded.names || visited.scalars != decoded.scalars) {
            throw std::runtime_error("a walk that does not see everything");
        }
        seconds.parse = seconds_of([&] {
            const auto result = parser_.parse(body_, reading);
            if (result.error || result.invalid.total() != 0) {
                throw std::runtime_error("a body that does not parse: " + result.error.value_or("invalid records"));
            }
            records_ = result.records;
        });
        return seconds;
    }

    [[nodiscard]] proto::Section section() const { return section_; }
    [[nodiscard]] std::size_t bytes() const { return body_.size(); }
    [[nodiscard]] std::uint64_t records() const { return records_; }

private:
    proto::Section section_;
    SectionParser parser_;
    ondemand::parser walker_;
    std::string body_;
    std::uint64_t records_ = 0;
};

double median(const std::vector<Seconds>& all, double Seconds::*member) {
    std::vector<double> values;
    for (const Seconds& one : all) {
        values.push_back(one.*member);
    }
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// As a world does that has had a tick with them.
void know(const Reading& reading, collector::NameTable& players) {
    const auto know_all = [&players](const collector::PlayerNumbers& names) {
        for (collector::NameTable::Id id = 0; id < names.size(); ++id) {
            players.intern(names.name(id));
        }
    };
    know_all(reading.nomads.players);
    know_all(reading.resources.players);
    know_all(reading.dwellings.players);
}

void run(const std::string& folder, std::size_t rounds) {
    Reading reading;
    collector::NameTable players;
    std::printf("{\"sections\": [");
    const char* separator = "";
    for (const proto::Section section : proto::kSections) {
        Bench bench(section, folder);
        std::vector<Seconds> all;
        for (std::size_t round = 0; round <= rounds; ++round) {
            reading.clear(&players);
            all.push_back(bench.run(reading));
            know(reading, players);
        }
        all.erase(all.begin());  // the first one had its memory to get
        std::printf(R"(%s{"section": "%s", "bytes": %zu, "records": %llu, "visit_seconds": %.6f,)"
                    R"( "decode_seconds": %.6f, "parse_seconds": %.6f})",
                    separator,
                    std::string(to_text(section)).c_str(),
                    bench.bytes(),
                    static_cast<unsigned long long>(bench.records()),
                    median(all, &Seconds::visit),
                    median(all, &Seconds::decode),
                    median(all, &Seconds::parse));
        separator = ", ";
    }
    std::printf("]}\n");
}

}  // namespace
}  // namespace watchtower::bench

int main(int argc, char** argv) {
    try {
        const std::vector<std::string> words(argv + 1, argv + argc);
        if (words.size() != 2 || std::stoul(words[1]) == 0) {
            throw std::runtime_error("usage: watchtower-bench-parse FOLDER ROUNDS");
        }
        watchtower::bench::run(words[0], std::stoul(words[1]));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
