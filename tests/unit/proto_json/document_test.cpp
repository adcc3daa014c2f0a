#include "proto-json/document.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower::proto {
namespace {

TEST(Document, ShowsASectionNeverCollectedAsNull) {
    EXPECT_EQ(encode(Document{}),
              R"({"nomads":null,"resources":null,"dwellings":null,"pvp":null,"events":null,)"
              R"("timestamp":"1970-01-01T00:00:00.000Z"})");
}

TEST(Document, EncodesASectionWithItsTimeAndStaleness) {
    Document document;
    EXPECT_EQ(encode_section(document, Section::pvp), std::nullopt);
    document.pvp = PvpSection{20, 15, 3};
    document.stale[index(Section::pvp)] = Staleness{TimePoint{}, SectionError::timeout};
    EXPECT_EQ(
        encode_section(document, Section::pvp),
        R"({"total_attacks":20,"successful_attacks":15,"destroyed_dwellings":3,"timestamp":"1970-01-01T00:00:00.000Z",)"
        R"("stale":{"since":"1970-01-01T00:00:00.000Z","error":"timeout"}})");
}

TEST(Document, KeepsAnyPlayerName) {
    Document document;
    document.nomads = NomadsSection{1, {{"mo\"ve\n", 1}}, {{"\\<script>\t\x01\xE2\x82\xAC", {{"mo\"ve\n", 1}}}}};
    EXPECT_EQ(decode_document(encode(document)), document);
}

TEST(Document, SortsCountsHighestFirstThenBytewise) {
    Counts counts = {{"b", 1}, {"a", 1}, {"Z", 1}, {"move", 7}};
    sort(counts);
    EXPECT_EQ(counts, (Counts{{"move", 7}, {"Z", 1}, {"a", 1}, {"b", 1}}));
}

TEST(Document, NamesTheFieldThatIsWrong) {
    const auto error_of = [](const char* text) -> std::string {
        try {
            (void)decode_document(text);
        } catch (const BadInput& error) {
            return error.what();
        }
        return "none";
    };
    EXPECT_EQ(error_of(R"({"nomads":{"total_nomads":-1}})"), "document.nomads.total_nomads: not a whole number from 0");
    EXPECT_EQ(error_of(R"({"nomads":null,"resources":{"total_gold":"5"}})"),
              "document.resources.total_gold: not an amount");
    EXPECT_EQ(error_of(R"({"nomads":null})"), "document.resources: missing");
    EXPECT_NE(error_of(std::string(100, '[').c_str()), "none");
}

}  // namespace
}  // namespace watchtower::proto
