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
        access.check(access.identify(request), need);
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
                                     http::Pair{"authorization", "BEARER first-key"},
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
    EXPECT_EQ(status_of(Access({""}, KeyPolicy::all), request_with({{"x-api-key", ""}}), Need::read), 403)
        << "no text is no key";
}

/// The text and the challenge of the 401 that this request gets.
std::pair<std::string, std::string> refusal_of(const http::Request& request) {
    const Access access(kKeys, KeyPolicy::all);
    try {
        access.check(access.identify(request), Need::read);
    } catch (const http::HttpError& e) {
        return {e.what(), e.headers().at(0).first + ": " + e.headers().at(0).second};
    }
    return {};
}

TEST(Access, SaysHowToComeIn) {
    EXPECT_EQ(refusal_of({}).second, R"(WWW-Authenticate: Bearer realm="watchtower")");
    const auto [text, challenge] = refusal_of(request_with({{"x-api-key", "first-kex"}}));
    EXPECT_EQ(challenge, R"(WWW-Authenticate: Bearer realm="watchtower", error="invalid_token")");
    EXPECT_EQ(text.find("first"), std::string::npos) << "what was presented is not repeated";
}

TEST(Access, RefusesTwoDifferentKeysAndTakesOneTwice) {
    const Access access(kKeys, KeyPolicy::write);
    for (const auto& [one, other] :
         {std::pair<http::Pair, http::Pair>{{"authorization", "Bearer first-key"}, {"x-api-key", "second"}},
          {{"x-api-key", "first-key"}, {"x-api-key", "wrong"}},
          {{"authorization", "Bearer wrong"}, {"authorization", "Bearer first-key"}}}) {
        EXPECT_EQ(status_of(access, request_with({one, other}), Need::read), 400) << one.second;
    }
    EXPECT_EQ(
        status_of(access, request_with({{"authorization", "Bearer second"}, {"x-api-key", "second"}}), Need::write),
        200);
}

TEST(Access, TellsKeysApartWithoutTellingThem) {
    const Access access(kKeys, KeyPolicy::none);
    const Caller first = access.identify(request_with({{"x-api-key", "first-key"}}));
    EXPECT_EQ(first.kind, Caller::Kind::with_key);
    EXPECT_EQ(first.key_id.size(), 32U);
    EXPECT_EQ(first.key_id, access.identify(request_with({{"authorization", "Bearer first-key"}})).key_id);
    EXPECT_NE(first.key_id, access.identify(request_with({{"x-api-key", "second"}})).key_id);
    EXPECT_EQ(access.identify(request_with({{"x-api-key", "guess"}})).kind, Caller::Kind::with_unknown_key);
    EXPECT_EQ(access.identify({}).kind, Caller::Kind::without_key);
}

TEST(Access, RefusesKeysThatNoHeaderCarries) {
    for (const char* key : {"two words", "tab\tkey", "caf\xC3\xA9", "line\nend"}) {
        try {
            const Access access({key}, KeyPolicy::all);
            FAIL() << key;
        } catch (const BadInput& e) {
            EXPECT_NE(std::string(e.what()).find("API_KEY"), std::string::npos);
            EXPECT_EQ(std::string(e.what()).find(key), std::string::npos);
        }
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
