#include "tests/browser/page_stage.hpp"

namespace watchtower::test {
namespace {

TEST(LivePage, ShowsNamesOfAnyContentAsText) {
    EXPECT_TRUE(PageStage().passes("names.mjs"));
}

TEST(LivePage, CanBeUsedByEverybody) {
    EXPECT_TRUE(PageStage().passes("everybody.mjs"));
}

TEST(Documentation, IsTriedOutInABrowser) {
    EXPECT_TRUE(PageStage().passes("docs.mjs"));
}

}  // namespace
}  // namespace watchtower::test
