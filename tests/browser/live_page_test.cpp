#include "tests/browser/page_stage.hpp"

namespace watchtower::test {
namespace {

TEST(LivePage, ShowsWhatTheApiSaysAndKeepsUpWithIt) {
    EXPECT_TRUE(PageStage().passes("shows.mjs"));
}

TEST(LivePage, SaysWhatIsAwayAndComesBackByItself) {
    EXPECT_TRUE(PageStage().passes("outages.mjs"));
}

TEST(LivePage, AsksForAKeyAndKeepsItToItself) {
    EXPECT_TRUE(PageStage({{"API_AUTH", "all"}, {"API_KEY", "the-key-of-the-wall"}}).passes("key.mjs"));
}

TEST(LivePage, ShowsNamesOfAnyContentAsText) {
    EXPECT_TRUE(PageStage().passes("names.mjs"));
}

TEST(LivePage, CanBeUsedByEverybody) {
    EXPECT_TRUE(PageStage().passes("everybody.mjs"));
}

TEST(Documentation, IsTriedOutInABrowser) {
    EXPECT_TRUE(PageStage({{"API_AUTH", "all"}, {"API_KEY", "the-key-of-the-wall"}}).passes("docs.mjs"));
}

TEST(Documentation, SaysThatAServerWithoutKeysLetsNobodyWrite) {
    EXPECT_TRUE(PageStage().passes("docs_without_key.mjs"));
}

}  // namespace
}  // namespace watchtower::test
