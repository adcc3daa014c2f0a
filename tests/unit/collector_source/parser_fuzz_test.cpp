#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "services/collector/source/parser.hpp"
#include "tests/unit/collector_source/body_generator.hpp"
#include "tests/unit/collector_source/recording_sink.hpp"

/// Bodies made by chance, always the same ones: the seeds are fixed.
namespace watchtower::collector {
namespace {

using nlohmann::json;
using proto::Section;

/// A string or a number's text; empty when the record has no such member.
std::string text_of(const json& record, const char* name) {
    const auto member = record.find(name);
    if (member == record.end()) {
        return "";
    }
    return member->is_string() ? member->get<std::string>() : member->dump();
}

/// What RecordingSink should write of a record of Generator.
std::string expected_line(Section section, const json& record) {
    const std::string id = record.contains("id") ? " id=" + text_of(record, "id") : "";
    if (section == Section::nomads) {
        std::string line = "nomad " + text_of(record, "player_id") + id;
        if (record.value("count", 1) != 1) {
            line += " count=" + text_of(record, "count");
        }
        line += record.contains("last_action") ? " last=" + text_of(record, "last_action") : "";
        line += record.contains("actions") ? " actions" : "";
        const json actions = record.value("actions", json::object());
        for (const auto& [name, count] : actions.items()) {
            line += " " + name + "=" + count.dump();
        }
        return line;
    }
    if (section == Section::resources) {
        return "balance " + text_of(record, "player_id") + " gold=" + text_of(record, "gold") +
               (record.contains("spice") ? " spice=" + text_of(record, "spice") : "");
    }
    if (section == Section::dwellings) {
        return "dwelling " + text_of(record, "player_id") + " level=" + text_of(record, "level");
    }
    if (section == Section::pvp) {
        const std::string by = text_of(record, "attacker_id");
        return "combat attack" + id + (record.value("success", false) ? " success" : " failure") +
               (by.empty() ? "" : " by=" + by) + " destroyed=" + std::to_string(record.value("destroyed_dwellings", 0));
    }
    const json affected = record.value("affected_players", json(0));
    return "event " + text_of(record, "type") + id + " affected=" + (affected.is_array() ? "3" : affected.dump());
}

/// Nothing for numbers beyond a double: they are JSON, but nlohmann/json stops at them.
std::optional<bool> is_json(const std::string& text) {
    try {
        const json value = json::parse(text);
        return true;
    } catch (const json::parse_error&) {
        return false;
    } catch (const json::out_of_range&) {
        return std::nullopt;
    }
}

bool is_about_what_is_in_it(const std::string& error) {
    return error.find("list") != std::string::npos || error.find("'next'") != std::string::npos;
}

TEST(ParserFuzz, ReadsGoodBodiesAsNlohmannDoes) {
    Generator generate(1);
    for (const Section section : proto::kSections) {
        SectionParser parser(section);
        for (int round = 0; round < 300; ++round) {
            const json body = generate.body(section);
            std::string text = body.dump(round % 3 == 0 ? 2 : -1, ' ', round % 2 == 0);
            RecordingSink sink;
            const auto result = parser.parse(text, sink);
            ASSERT_EQ(result.error, std::nullopt) << text;
            ASSERT_EQ(result.invalid.total(), 0U) << text;
            std::vector<std::string> expected;
            for (const json& record : body[kListNames[proto::index(section)]]) {
                expected.push_back(expected_line(section, record));
            }
            ASSERT_EQ(sink.lines, expected) << text;
            ASSERT_EQ(result.next.value_or(""), text_of(body, "next")) << text;
        }
    }
}

TEST(ParserFuzz, RefusesABodyCutAnywhere) {
    Generator generate(2);
    for (const Section section : proto::kSections) {
        SectionParser parser(section);
        const std::string whole = generate.body(section).dump() + "\n";
        for (std::size_t size = 0; size < whole.size() - 1; ++size) {
            std::string part = whole.substr(0, size);
            RecordingSink sink;
            ASSERT_NE(parser.parse(part, sink).error, std::nullopt) << part;
        }
    }
}

TEST(ParserFuzz, AgreesWithNlohmannOnWhatIsJsonAfterRandomDamage) {
    Generator generate(3);
    int still_json = 0;
    for (const Section section : proto::kSections) {
        SectionParser parser(section);
        for (int round = 0; round < 1500; ++round) {
            std::string text = generate.body(section).dump();
            generate.damage(text);
            RecordingSink sink;
            const std::string given = text;
            const auto result = parser.parse(text, sink);
            ASSERT_EQ(text, given);
            const auto expected = is_json(given);
            if (!result.error) {
                ASSERT_TRUE(expected.value_or(true)) << given;
            } else if (!is_about_what_is_in_it(*result.error)) {
                ASSERT_FALSE(expected.value_or(false)) << given << "\n" << *result.error;
            }
            still_json += result.error ? 0 : 1;
        }
    }
    EXPECT_GT(still_json, 500);
}

TEST(ParserFuzz, ReadsABodyInPiecesAsItReadsItWhole) {
    Generator generate(4);
    std::size_t good_ones = 0;
    std::size_t records = 0;
    for (const Section section : proto::kSections) {
        SectionParser whole(section, SIZE_MAX);
        for (int round = 0; round < 3000; ++round) {
            std::string text = generate.body(section).dump(round % 3 == 0 ? 2 : -1);
            if (round % 2 == 0) {
                generate.damage(text);
            }
            RecordingSink expected;
            const auto result = whole.parse(text, expected);
            SectionParser in_pieces(section, 1 + generate.below(300));
            RecordingSink sink;
            const std::string given = text;
            const auto pieces_result = in_pieces.parse(text, sink);
            ASSERT_EQ(text, given);
            ASSERT_EQ(pieces_result.error.has_value(), result.error.has_value()) << text;
            if (result.error) {
                continue;
            }
            ASSERT_EQ(sink.lines, expected.lines) << text;
            ASSERT_EQ(pieces_result.records, result.records) << text;
            ASSERT_EQ(pieces_result.invalid.total(), result.invalid.total()) << text;
            ASSERT_EQ(pieces_result.next, result.next) << text;
            ++good_ones;
            records += sink.lines.size();
        }
    }
    EXPECT_GT(good_ones, 8000U);
    EXPECT_GT(records, 20'000U);
}

}  // namespace
}  // namespace watchtower::collector
