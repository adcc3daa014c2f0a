#include "services/ccc-simulator/spoil.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace watchtower::simulator {
namespace {

using nlohmann::json;
using proto::Section;

const std::string kCombats = R"({"combats":[{"id":"c1"},{"id":"c2"},{"id":"c3"},{"id":"c4"},{"id":"c5"}]})";

Spoilt spoilt(const std::string& fault, const std::string& body = kCombats, Section section = Section::pvp) {
    return spoil(body, parse_faults("[" + fault + "]"), section, {});
}

TEST(Spoil, LeavesABodyAloneWithoutFaults) {
    const Spoilt same = spoil(kCombats, {}, Section::pvp, {});
    EXPECT_EQ(same.body, kCombats);
    EXPECT_TRUE(same.readable);
}

TEST(Spoil, CutsAndBreaksJson) {
    for (const char* fault : {R"({"kind":"cut_json"})",
                              R"({"kind":"cut_json","share":1})",
                              R"({"kind":"invalid_json"})",
                              R"({"kind":"empty_body"})"}) {
        const Spoilt broken = spoilt(fault);
        EXPECT_FALSE(json::accept(broken.body)) << fault;
        EXPECT_FALSE(broken.readable) << fault;
    }
}

TEST(Spoil, AddsTheNumberOfBadRecordsItTells) {
    for (const Section section : proto::kSections) {
        for (const bool rows : {false, true}) {
            Shape shape;
            shape.resource_rows = rows;
            for (const std::string& record : bad_records(section, shape)) {
                // The one number that nlohmann refuses to read stands for those that are not finite.
                EXPECT_TRUE(json::accept(record) || record.find("1e400") != std::string::npos) << record;
            }
        }
    }
    const Spoilt three = spoilt(R"({"kind":"bad_records","records":3})");
    EXPECT_EQ(json::parse(three.body).at("combats").size(), 8U);
    EXPECT_EQ(three.bad_records, 3U);
    EXPECT_TRUE(three.readable);
    const Spoilt into_empty = spoilt(R"({"kind":"bad_records","records":40})", R"({"combats":[]})");
    EXPECT_EQ(json::parse(into_empty.body).at("combats").size(), 40U);
}

TEST(Spoil, ShufflesRecordsWithoutLosingAny) {
    json shuffled = json::parse(spoilt(R"({"kind":"shuffle"})").body).at("combats");
    const json before = json::parse(kCombats).at("combats");
    EXPECT_NE(shuffled, before);
    std::sort(shuffled.begin(), shuffled.end());
    EXPECT_EQ(shuffled, before);
}

TEST(Spoil, RepeatsRecords) {
    const Spoilt repeated = spoilt(R"({"kind":"repeat","records":7})");
    const json records = json::parse(repeated.body).at("combats");
    EXPECT_EQ(records.size(), 12U);
    EXPECT_EQ(records[11], records[1]);
    EXPECT_TRUE(repeated.readable);
    EXPECT_FALSE(spoilt(R"({"kind":"repeat"})", R"({"nomads":[{"player_id":"a"}]})", Section::nomads).readable);
}

TEST(Spoil, GrowsABodyToAHugeOne) {
    const Spoilt huge = spoilt(R"({"kind":"huge","bytes":100000})");
    EXPECT_GE(huge.body.size(), 100'000U);
    EXPECT_EQ(json::parse(huge.body).at("combats").size(), 5U);
}

TEST(Spoil, LinksToAnything) {
    EXPECT_EQ(json::parse(spoilt(R"({"kind":"next","value":"http://other/"})").body).at("next"), "http://other/");
}

TEST(Spoil, AppliesSeveralFaultsAtOnce) {
    const Spoilt both = spoilt(R"({"kind":"huge","bytes":5000},{"kind":"shuffle"},{"kind":"bad_records","records":2})");
    EXPECT_EQ(json::parse(both.body).at("combats").size(), 7U);
    EXPECT_GE(both.body.size(), 5'000U);
}

}  // namespace
}  // namespace watchtower::simulator
