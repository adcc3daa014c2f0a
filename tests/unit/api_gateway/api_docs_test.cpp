#include "tests/unit/api_gateway/api_docs.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/api_gateway/gateway.hpp"

namespace watchtower::gateway {
namespace {

constexpr const char* kMark = "<!-- From here on made of the table of routes: make docs renews it. -->\n";

std::string read_file(const std::string& path) {
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(ApiDocs, AreWhatTheTableOfRoutesSays) {
    const std::string path = WATCHTOWER_API_DOCS;
    const std::string committed = read_file(path);
    const auto mark = committed.find(kMark);
    ASSERT_NE(mark, std::string::npos) << path << " has no line " << kMark;
    test::Gateway gateway({.keys = {"key"}});
    const auto openapi = nlohmann::ordered_json::parse(gateway.get("/openapi.json").body);
    const std::string made = committed.substr(0, mark) + kMark + "\n" + test::routes_in_markdown(openapi);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing else runs yet
    if (std::getenv("WATCHTOWER_WRITE_DOCS") != nullptr) {
        std::ofstream(path) << made;
        return;
    }
    EXPECT_TRUE(committed == made) << path << " is not what the table of routes says; make docs renews it";
}

}  // namespace
}  // namespace watchtower::gateway
