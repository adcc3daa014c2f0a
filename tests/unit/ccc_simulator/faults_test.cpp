#include "services/ccc-simulator/faults.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower::simulator {
namespace {

using proto::Section;

std::string refusal(const std::string& text) {
    try {
        (void)parse_faults(text);
    } catch (const BadInput& error) {
        return error.what();
    }
    return "";
}

TEST(Faults, AreReadAndWrittenAlike) {
    const std::string text =
        R"([{"kind":"status","section":"pvp","world":"a","probability":0.5,"count":3,"skip":2,"status":429,"retry_after":7,"location":"/x"},)"
        R"({"kind":"drip","bytes_per_second":10},{"kind":"cut_json","share":0.25},{"kind":"next","value":"//x"}])";
    const std::string written = render_faults(parse_faults(text));
    EXPECT_EQ(render_faults(parse_faults(written)), written);
    for (const char* part : {R"("status":429)",
                             R"("retry_after":7)",
                             R"("location":"/x")",
                             R"("section":"pvp")",
                             R"("world":"a")",
                             R"("probability":0.5)",
                             R"("count":3)",
                             R"("skip":2)",
                             R"("bytes_per_second":10)",
                             R"("share":0.25)",
                             R"("value":"//x")"}) {
        EXPECT_NE(written.find(part), std::string::npos) << part << " is not in " << written;
    }
}

TEST(Faults, AreRefusedWithTheNameOfWhatIsWrong) {
    EXPECT_NE(refusal("{"), "");
    EXPECT_NE(refusal("{}"), "");
    EXPECT_NE(refusal("[1]"), "");
    EXPECT_NE(refusal(R"([{"kind":"flood"}])").find("flood"), std::string::npos);
    EXPECT_NE(refusal(R"([{"kind":"status","section":"sky"}])").find("section"), std::string::npos);
    EXPECT_NE(refusal(R"([{"kind":"status","status":42}])").find("status"), std::string::npos);
    EXPECT_NE(refusal(R"([{"kind":"status","status":"503"}])").find("status"), std::string::npos);
    EXPECT_NE(refusal(R"([{"kind":"status","probability":2}])").find("probability"), std::string::npos);
    EXPECT_NE(refusal(R"([{"kind":"bad_records","records":1.5}])").find("records"), std::string::npos);
    EXPECT_NE(refusal(R"([{"kind":"shuffle","records":1}])").find("records"), std::string::npos);
}

TEST(Faults, StrikeOnlyTheirSectionAndWorld) {
    Faults faults(1);
    faults.replace(parse_faults(R"([{"kind":"shuffle","section":"pvp","world":"a"}])"));
    EXPECT_EQ(faults.strike(Section::pvp, "a").size(), 1U);
    EXPECT_EQ(faults.strike(Section::events, "a").size(), 0U);
    EXPECT_EQ(faults.strike(Section::pvp, "b").size(), 0U);
}

TEST(Faults, StrikeAsOftenAsToldAfterSparingSome) {
    Faults faults(1);
    faults.replace(parse_faults(R"([{"kind":"status","skip":2,"count":3}])"));
    std::string struck;
    for (int i = 0; i < 8; ++i) {
        struck += faults.strike(Section::nomads, "a").empty() ? '-' : 'x';
    }
    EXPECT_EQ(struck, "--xxx---");
    EXPECT_EQ(faults.list().at(0).struck, 3U);
}

TEST(Faults, StrikeWithTheirProbability) {
    Faults faults(1);
    faults.replace(parse_faults(R"([{"kind":"status","probability":0.2}])"));
    std::size_t struck = 0;
    for (int i = 0; i < 10'000; ++i) {
        struck += faults.strike(Section::nomads, "a").size();
    }
    EXPECT_NEAR(static_cast<double>(struck), 2'000, 200);
}

}  // namespace
}  // namespace watchtower::simulator
