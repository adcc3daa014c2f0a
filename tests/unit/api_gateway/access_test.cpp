#include "services/api-gateway/access.hpp"

#include <gtest/gtest.h>

namespace watchtower::gateway {
namespace {

const std::vector<std::string> kKeys = {"first-key", "second"};

http::Request request_with(std::vector<http::Pair> headers) {
    http::Request request;
    request.headers = std::move(headers);
    return request;
}

/// 200, or the status that the check ends the request with.
int status_of(const Access& access, const http::Request& request, Need need) {
    try {
        access.check(request, need);
        return 200;
    } catch (const http::HttpError& e) {
        return e.status();
    }
}

TEST(Access, AsksForKeysAsThePolicySays) {
    const http::Request nobody;
    struct Case {
        KeyPolicy policy;
        Need need;
        int status;
    };
    for (const Case& one : {Case{KeyPolicy::write, Need::nothing, 200},
                            Case{KeyPolicy::write, Need::read, 200},
                            Case{KeyPolicy::write, Need::write, 401},
                            Case{KeyPolicy::all, Need::nothing, 200},
                            Case{KeyPolicy::all, Need::read, 401},
                            Case{KeyPolicy::all, Need::write, 401},
                            Case{KeyPolicy::none, Need::read, 200},
                            Case{KeyPolicy::none, Need::write, 200}}) {
        EXPECT_EQ(status_of(Access(kKeys, one.policy), nobody, one.need), one.status)
            << static_cast<int>(one.policy) << ' ' << static_cast<int>(one.need);
    }
}

TEST(Access, ForbidsWhatNeedsAKeyWhenNoneIsConfigured) {
    EXPECT_EQ(status_of(Access({}, KeyPolicy::write), request_with({{"x-api-key", "first-key"}}), Need::write), 403);
    EXPECT_EQ(status_of(Access({}, KeyPolicy::all), request_with({{"x-api-key", ""}}), Need::read), 403);
    EXPECT_EQ(status_of(Access({}, KeyPolicy::write), {}, Need::read), 200);
    EXPECT_TRUE(Access({}, KeyPolicy::write).locks_everybody_out());
    EXPECT_FALSE(Access({}, KeyPolicy::none).locks_everybody_out());
    EXPECT_FALSE(Access(kKeys, KeyPolicy::all).locks_everybody_out());
}

TEST(Access, TakesEachKeyInEitherHeader) {
    const Access access(kKeys, KeyPolicy::all);
    for (const http::Pair& header : {http::Pair{"authorization", "Bearer first-key"},
                                     http::Pair{"authorization", "bearer   second"},
                                     http::Pair{"x-api-key", "first-key"},
                                     http::Pair{"x-api-key", "second"}}) {
        EXPECT_EQ(status_of(access, request_with({header}), Need::read), 200) << header.second;
    }
    EXPECT_EQ(status_of(access, request_with({{"authorization", "Basic eDp5"}, {"x-api-key", "second"}}), Need::read),
              200);
}

TEST(Access, RefusesEverythingElse) {
    const Access access(kKeys, KeyPolicy::all);
    for (const http::Pair& header : {http::Pair{"authorization", "Bearer"},
                                     http::Pair{"authorization", "Bearer "},
                                     http::Pair{"authorization", "first-key"},
                                     http::Pair{"authorization", "Bearer first-ke"},
                                     http::Pair{"authorization", "Bearer first-key1"},
                                     http::Pair{"authorization", "Bearer First-key"},
                                     http::Pair{"authorization", "Bearer first-keyfirst-key"},
                                     http::Pair{"x-api-key", "first-key,second"},
                                     http::Pair{"x-api-key", ""}}) {
        EXPECT_EQ(status_of(access, request_with({header}), Need::read), 401) << header.second;
    }
    EXPECT_EQ(status_of(Access({""}, KeyPolicy::all), request_with({{"x-api-key", ""}}), Need::read), 401);
}

TEST(Access, SaysHowToComeIn) {
    try {
        Access(kKeys, KeyPolicy::all).check({}, Need::read);
        FAIL();
    } catch (const http::HttpError& e) {
        ASSERT_EQ(e.headers().size(), 1U);
        EXPECT_EQ(e.headers()[0].first, "WWW-Authenticate");
        EXPECT_EQ(std::string(e.what()).find("first-key"), std::string::npos);
    }
}

TEST(Access, ReadsThePolicy) {
    EXPECT_EQ(parse_key_policy("write"), KeyPolicy::write);
    EXPECT_EQ(parse_key_policy("all"), KeyPolicy::all);
    EXPECT_EQ(parse_key_policy("none"), KeyPolicy::none);
    EXPECT_THROW((void)parse_key_policy("All"), BadInput);
}

}  // namespace
}  // namespace watchtower::gateway
