#include "common/http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/uri.hpp"

namespace watchtower::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

Route route(Method method, std::string pattern) {
    return {method, std::move(pattern), [](const Request& /*request*/) { return Reply(); }, "", {}};
}

const Router& router() {
    static const Router kRouter({route(Method::get, "/"),
                                 route(Method::get, "/players/{id}"),
                                 route(Method::get, "/players/top"),
                                 route(Method::post, "/players/{id}"),
                                 route(Method::get, "/players/{id}/history"),
                                 route(Method::get, "/{section}/all"),
                                 route(Method::post, "/tasks"),
                                 route(Method::put, "/players/top")});
    return kRouter;
}

std::string found(Method method, const std::string& path) {
    const auto match = router().find(method, parse_path(path));
    return match.route == nullptr ? "" : match.route->pattern;
}

TEST(Router, PrefersLiteralSegmentsFromLeftToRight) {
    EXPECT_EQ(found(Method::get, "/"), "/");
    EXPECT_EQ(found(Method::get, "/players/top"), "/players/top");
    EXPECT_EQ(found(Method::get, "/players/x"), "/players/{id}");
    EXPECT_EQ(found(Method::get, "/players/all"), "/players/{id}");
    EXPECT_EQ(found(Method::get, "/dwellings/all"), "/{section}/all");
}

TEST(Router, FallsBackOnAParameterForAMethodTheLiteralRouteLacks) {
    EXPECT_EQ(found(Method::post, "/players/top"), "/players/{id}");
}

TEST(Router, TakesASlashAtTheEndForAnotherPath) {
    EXPECT_EQ(found(Method::post, "/tasks/"), "");
    EXPECT_EQ(found(Method::get, "/players/"), "");
    EXPECT_EQ(found(Method::get, "//"), "");
}

TEST(Router, KeepsAnEncodedSlashInItsSegment) {
    const auto match = router().find(Method::get, parse_path("/players/a%2Fhistory"));
    ASSERT_NE(match.route, nullptr);
    EXPECT_THAT(match.parameters, ElementsAre(Pair("id", "a/history")));
}

TEST(Router, AnswersHeadFromGet) {
    EXPECT_EQ(found(Method::head, "/players/x/history"), "/players/{id}/history");
    EXPECT_EQ(found(Method::head, "/tasks"), "");
}

TEST(Router, TellsWhatAPathAllows) {
    EXPECT_EQ(router().find(Method::del, parse_path("/players/top")).allow, "GET, HEAD, POST, PUT, OPTIONS");
    EXPECT_EQ(router().find(Method::get, parse_path("/tasks")).allow, "POST, OPTIONS");
    EXPECT_EQ(router().find(Method::get, parse_path("/nothing")).allow, "");
}

TEST(Router, RefusesTablesThatContradictThemselves) {
    EXPECT_THROW(Router({route(Method::get, "/a/{x}"), route(Method::get, "/a/{y}")}), Error);
    EXPECT_THROW(Router({route(Method::get, "a")}), Error);
    EXPECT_THROW(Router({route(Method::get, "/a{x}")}), Error);
    EXPECT_THROW(Router({route(Method::get, "/{}")}), Error);
    EXPECT_THROW(Router({{Method::get, "/a", nullptr, "", {}}}), Error);
}

}  // namespace
}  // namespace watchtower::http
