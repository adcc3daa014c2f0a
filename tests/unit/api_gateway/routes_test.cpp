#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api-gateway/routes/table.hpp"
#include "tests/unit/api_gateway/gateway.hpp"
#include "tests/unit/api_gateway/gunzip.hpp"

namespace watchtower::gateway {
namespace {

using std::chrono::seconds;
using test::Gateway;
using test::Seen;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kDocument = "/api/v1/metrics/current";

class RoutesTest : public testing::Test {
protected:
    RoutesTest() { gateway_.show(state_); }

    proto::State state_ = watchtower::test::sample_state("default", test::kTick);
    Gateway gateway_;
};

TEST_F(RoutesTest, ServesTheDocument) {
    const Seen seen = gateway_.get(kDocument);
    EXPECT_EQ(seen.status, 200);
    EXPECT_EQ(seen.body, proto::encode(state_.document));
    EXPECT_EQ(seen.header("Content-Type"), "application/json");
    EXPECT_EQ(seen.header("Cache-Control"), "public, max-age=50");
    EXPECT_EQ(seen.header("Watchtower-Tick"), "1765197240");
    EXPECT_EQ(seen.header("Watchtower-World"), "default");
    EXPECT_EQ(seen.header("Watchtower-Simulated"), "");
}

TEST_F(RoutesTest, SaysWhatIsSimulated) {
    state_.simulated = true;
    gateway_.show(state_);
    for (const char* path : {kDocument, "/api/v1/metrics/events", "/api/v1/alerts"}) {
        EXPECT_EQ(gateway_.get(path).header("Watchtower-Simulated"), "true") << path;
    }
}

TEST_F(RoutesTest, CountsDownToTheNextTick) {
    gateway_.clock.set(test::kTick + seconds(59));
    EXPECT_EQ(gateway_.get(kDocument).header("Cache-Control"), "public, max-age=1");
    gateway_.clock.set(test::kTick + seconds(90));
    EXPECT_EQ(gateway_.get(kDocument).header("Cache-Control"), "public, max-age=0");
}

TEST_F(RoutesTest, ServesGzipThatIsTheDocument) {
    const Seen seen = gateway_.get(kDocument, {"Accept-Encoding: gzip, br"});
    EXPECT_EQ(seen.header("Content-Encoding"), "gzip");
    EXPECT_EQ(seen.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(test::gunzip(seen.body), proto::encode(state_.document));
}

TEST_F(RoutesTest, AnswersNotModifiedToTheTagOfEitherForm) {
    for (const std::vector<std::string>& encoding : {std::vector<std::string>(), {"Accept-Encoding: gzip"}}) {
        const Seen first = gateway_.get(kDocument, encoding);
        std::vector<std::string> headers = encoding;
        headers.push_back("If-None-Match: " + first.header("ETag"));
        const Seen again = gateway_.get(kDocument, headers);
        EXPECT_EQ(again.status, 304);
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(again.header("ETag"), first.header("ETag"));
        EXPECT_EQ(again.header("Cache-Control"), "public, max-age=50");
    }
    const std::string plain_tag = gateway_.get(kDocument).header("ETag");
    EXPECT_EQ(gateway_.get(kDocument, {"Accept-Encoding: gzip", "If-None-Match: " + plain_tag}).status, 200);
    gateway_.clock.set(test::kTick + seconds(500));
    EXPECT_EQ(gateway_.get(kDocument, {"If-None-Match: " + plain_tag}).status, 200) << "stale now";
}

TEST_F(RoutesTest, AnswersHeadWithoutABody) {
    const Seen head = gateway_.ask(std::string("HEAD ") + kDocument);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("Content-Length"), std::to_string(proto::encode(state_.document).size()));
}

TEST_F(RoutesTest, BecomesStaleByAgeOnceForAllRequests) {
    gateway_.clock.set(test::kTick + seconds(300));
    const auto before = gateway_.renderings();
    for (int i = 0; i < 5; ++i) {
        EXPECT_THAT(gateway_.get(kDocument).body, HasSubstr("collector_down"));
    }
    EXPECT_THAT(gateway_.get("/api/v1/metrics/nomads").body, HasSubstr("collector_down"));
    EXPECT_EQ(gateway_.renderings(), before + 1);
    EXPECT_THAT(gateway_.get("/metrics").body, HasSubstr(R"(ccc_section_stale{world="default",section="nomads"} 1)"));
    EXPECT_THAT(gateway_.get("/").body, HasSubstr(R"("status":"degraded")"));
}

TEST_F(RoutesTest, ServesEachSection) {
    for (const proto::Section section : proto::kSections) {
        const Seen seen = gateway_.get("/api/v1/metrics/" + std::string(proto::to_text(section)));
        EXPECT_EQ(seen.status, 200);
        EXPECT_EQ(seen.body, proto::encode_section(state_.document, section));
    }
}

TEST_F(RoutesTest, HasNothingOfASectionNeverCollected) {
    state_.document.pvp.reset();
    gateway_.show(state_);
    gateway_.clock.set(test::kTick + Milliseconds(59'500));
    const Seen seen = gateway_.get("/api/v1/metrics/pvp");
    EXPECT_EQ(seen.status, 503);
    EXPECT_EQ(seen.header("Retry-After"), "1");
    EXPECT_EQ(gateway_.get("/api/v1/metrics/nomads").status, 200);
}

TEST_F(RoutesTest, TellsWhenToComeBackBeforeTheFirstDocument) {
    for (const bool is_known : {false, true}) {
        gateway_.show(is_known ? std::vector<world_state::World>{{"default", 0, nullptr}}
                               : std::vector<world_state::World>());
        const Seen seen = gateway_.get(kDocument);
        EXPECT_EQ(seen.status, 503);
        EXPECT_EQ(seen.header("Retry-After"), "50");
        EXPECT_EQ(gateway_.get("/ready").status, 503);
        EXPECT_EQ(gateway_.get("/health").status, 200);
        EXPECT_EQ(gateway_.get("/metrics").status, 200);
        EXPECT_THAT(gateway_.get("/").body, HasSubstr(R"("status":"starting")"));
    }
}

TEST_F(RoutesTest, ChoosesTheWorld) {
    auto other = watchtower::test::sample_state("other", test::kTick + seconds(60));
    gateway_.show({{"default", 0, std::make_shared<const proto::State>(state_)},
                   {"other", 1, std::make_shared<const proto::State>(other)}});
    EXPECT_EQ(gateway_.get(kDocument).header("Watchtower-World"), "default");
    EXPECT_EQ(gateway_.get(std::string(kDocument) + "?world=other").header("Watchtower-World"), "other");
    EXPECT_EQ(gateway_.get("/api/v1/alerts?world=other&state=active").header("Watchtower-World"), "other");
    EXPECT_EQ(gateway_.get(std::string(kDocument) + "?world=third").status, 404);
    EXPECT_THAT(gateway_.get("/api/v1/worlds").body, HasSubstr(R"({"name":"other","default":false,"simulated":false)"));
}

TEST_F(RoutesTest, RefusesWhatIsNoWorldsName) {
    const std::string longest(32, 'a');
    EXPECT_EQ(gateway_.get(std::string(kDocument) + "?world=" + longest).status, 404);
    for (const std::string& name : {std::string(),
                                    longest + "a",
                                    std::string("-a"),
                                    std::string("Default"),
                                    std::string("a_b"),
                                    std::string("%C3%A9"),
                                    std::string("%0d%0aX:%201"),
                                    std::string("'%20or%20''='")}) {
        const Seen seen = gateway_.get(std::string(kDocument) + "?world=" + name);
        EXPECT_EQ(seen.status, 400) << name;
        EXPECT_THAT(seen.body, HasSubstr("world")) << name;
    }
}

TEST_F(RoutesTest, NamesTheParameterThatIsWrong) {
    struct Case {
        const char* target;
        const char* parameter;
    };
    for (const Case& one : {Case{"/api/v1/metrics/current?wrold=a", "wrold"},
                            Case{"/api/v1/metrics/current?world=default&world=default", "world"},
                            Case{"/api/v1/worlds?world=default", "world"},
                            Case{"/api/v1/alerts?state=open", "state"},
                            Case{"/api/v1/snapshots/yesterday", "tick"},
                            Case{"/api/v1/snapshots/-1", "tick"},
                            Case{"/api/v1/snapshots/1.2.3", "tick"},
                            Case{"/api/v1/snapshots/99999999999999999999", "tick"},
                            Case{"/api/v1/snapshots/999999999999", "tick"},
                            Case{"/api/v1/dashboard/stats?time_window=59", "time_window"},
                            Case{"/api/v1/dashboard/stats?time_window=2592001", "time_window"},
                            Case{"/api/v1/dashboard/stats?time_window=3600.5", "time_window"},
                            Case{"/api/v1/dashboard/stats?time_window=", "time_window"},
                            Case{"/api/v1/dashboard/stats?time_window=99999999999999999999", "time_window"},
                            Case{"/api/v1/dashboard/stats?time_window=0x100", "time_window"},
                            Case{"/api/v1/metrics/history", "metric"},
                            Case{"/api/v1/metrics/history?metric=", "metric"},
                            Case{"/api/v1/metrics/history?metric=golds", "metric"},
                            Case{"/api/v1/metrics/history?metric=gold&resolution=1", "resolution"},
                            Case{"/api/v1/metrics/history?metric=gold&from=yesterday", "from"},
                            Case{"/api/v1/metrics/history?metric=gold&from=-1", "from"},
                            Case{"/api/v1/metrics/history?metric=gold&from=2000000000&to=1000000000", "from"},
                            Case{"/api/v1/metrics/history?metric=gold&to=2025-13-01T00:00:00Z", "to"},
                            Case{"/api/v1/metrics/history?metric=gold&step=0", "step"},
                            Case{"/api/v1/metrics/history?metric=gold&step=1.5", "step"},
                            Case{"/api/v1/metrics/history?metric=gold&step=99999999999999999999", "step"},
                            Case{"/api/v1/players/p/history?step=-60", "step"},
                            Case{"/api/v1/players/p/history?metric=gold", "metric"}}) {
        const Seen seen = gateway_.get(one.target);
        EXPECT_EQ(seen.status, 400) << one.target;
        EXPECT_THAT(seen.body, HasSubstr(one.parameter)) << one.target;
    }
}

TEST_F(RoutesTest, AnswersWhatNeedsPostgresqlWith503WhileItIsAway) {
    for (const char* target : {"/api/v1/dashboard/stats",
                               "/api/v1/snapshots/1765197240",
                               "/api/v1/metrics/history?metric=gold",
                               "/api/v1/players/p/history"}) {
        const Seen seen = gateway_.get(target);
        EXPECT_EQ(seen.status, 503) << target;
        EXPECT_NE(seen.header("Retry-After"), "") << target;
        EXPECT_THAT(seen.body, Not(HasSubstr("127.0.0.1"))) << "nothing of the inside";
    }
    EXPECT_EQ(gateway_.get(kDocument).status, 200);
}

TEST_F(RoutesTest, MarksThePathsWithoutAVersion) {
    const Seen old_path = gateway_.get("/api/metrics/current?world=default");
    EXPECT_EQ(old_path.status, 200);
    EXPECT_EQ(old_path.body, gateway_.get(kDocument).body);
    EXPECT_EQ(old_path.header("Deprecation"), "@1764547200");
    EXPECT_EQ(old_path.header("Link"), R"(</api/v1/metrics/current>; rel="successor-version")");
    EXPECT_EQ(gateway_.get("/api/metrics/current?x=1").header("Deprecation"), "@1764547200") << "errors too";
    EXPECT_EQ(gateway_.get(kDocument).header("Deprecation"), "");
    EXPECT_EQ(gateway_.get("/api/nothing").header("Deprecation"), "");
}

TEST_F(RoutesTest, ShowsAlerts) {
    const Seen seen = gateway_.get("/api/v1/alerts?state=active");
    EXPECT_THAT(seen.body, HasSubstr(R"({"total_alerts":1,"alerts":[{"id":"default-7")"));
    state_.alerts.clear();
    state_.tick += seconds(60);
    gateway_.show(state_);
    EXPECT_THAT(gateway_.get("/api/v1/alerts").body, HasSubstr(R"({"total_alerts":0,"alerts":[],"timestamp":)"));
    EXPECT_EQ(gateway_.get("/api/v1/alerts?state=resolved").status, 503) << "there is no database here";
    EXPECT_EQ(gateway_.get("/api/v1/alerts?state=all").status, 503);
}

TEST_F(RoutesTest, ShowsTheGamesMetricsOfThisMoment) {
    EXPECT_THAT(gateway_.get("/metrics").body, HasSubstr(R"(ccc_nomads{world="default"} 42)"));
    state_.document.nomads->total_nomads = 43;
    gateway_.show(state_);
    EXPECT_THAT(gateway_.get("/metrics").body, HasSubstr(R"(ccc_nomads{world="default"} 43)"));
}

TEST_F(RoutesTest, GivesBrowsersThePageAndNothingThatCouldRunOthersScripts) {
    const Seen page = gateway_.get("/", {"Accept: text/html,*/*;q=0.8"});
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
    const std::string policy = page.header("Content-Security-Policy");
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_THAT(page.body, Not(HasSubstr("<script>")));
    EXPECT_THAT(page.body, Not(HasSubstr("http://")));
    EXPECT_THAT(page.body, Not(HasSubstr("https://")));
    for (const char* path :
         {"/web/live/main.js", "/web/live/early.js", "/web/live/page.css", "/web/uplot.js", "/web/icon.svg"}) {
        EXPECT_THAT(page.body, HasSubstr(path));
        EXPECT_EQ(gateway_.get(path).status, 200) << path;
        EXPECT_EQ(gateway_.get(path).header("X-Content-Type-Options"), "nosniff") << path;
    }
    EXPECT_THAT(gateway_.get("/web/live/dom.js").body, Not(HasSubstr("innerHTML")));
    EXPECT_EQ(gateway_.get("/").header("Content-Type"), "application/json");
}

TEST(RoutesWithKeys, AskForThemUnderApiAlone) {
    Gateway gateway({.keys = {"key"}, .policy = KeyPolicy::all});
    gateway.show(test::hostile_state());
    for (const Endpoint& endpoint : gateway.table) {
        if (endpoint.pattern.find('{') != std::string::npos) {
            continue;
        }
        const bool is_api = endpoint.pattern.starts_with("/api/");
        const std::string method(http::to_text(endpoint.method));
        EXPECT_EQ(gateway.ask(method + " " + endpoint.pattern).status, is_api ? 401 : 200) << endpoint.pattern;
        const Seen with_key = gateway.ask(method + " " + endpoint.pattern, {"X-API-Key: key"});
        EXPECT_THAT(with_key.header("Cache-Control"), Not(HasSubstr(is_api ? "public" : "private")))
            << endpoint.pattern;
    }
    EXPECT_EQ(gateway.get("/api/metrics/current").status, 401);
    EXPECT_NE(gateway.get(kDocument).header("WWW-Authenticate"), "");
    const Seen seen = gateway.get(kDocument, {"Authorization: Bearer key"});
    EXPECT_EQ(seen.status, 200);
    EXPECT_EQ(seen.header("Cache-Control"), "private, max-age=50") << "not for caches that many share";
    EXPECT_NE(seen.headers.find("Vary"), seen.headers.end());
    for (const char* query : {"?api_key=key", "?key=key", "?access_token=key"}) {
        EXPECT_EQ(gateway.get(kDocument + std::string(query)).status, 400) << "never in a URL";
    }
}

}  // namespace
}  // namespace watchtower::gateway
