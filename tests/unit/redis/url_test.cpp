#include "common/redis/url.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower::redis {
namespace {

std::string error_of(const std::string& url) {
    try {
        (void)parse_url(url);
    } catch (const BadInput& error) {
        return error.what();
    }
    return "no error";
}

TEST(RedisUrl, FillsInPortAndDatabase) {
    EXPECT_EQ(parse_url("redis://cache"), (Address{.host = "cache"}));
    EXPECT_EQ(parse_url("redis://cache/"), (Address{.host = "cache"}));
    EXPECT_EQ(parse_url("redis://cache:6380/3"), (Address{.host = "cache", .port = 6380, .database = 3}));
}

TEST(RedisUrl, ReadsUserAndPasswordWithPercentEncodedCharacters) {
    const Address address = parse_url("redis://me%40home:p%40ss%3A%2f%25@cache:1/2");
    EXPECT_EQ(address.user, "me@home");
    EXPECT_EQ(address.password, "p@ss:/%");
    EXPECT_EQ(address.host, "cache");
    EXPECT_EQ(parse_url("redis://:secret@cache"), (Address{.host = "cache", .password = "secret"}));
    EXPECT_EQ(parse_url("redis://:a@b:c@cache").password, "a@b:c");
}

TEST(RedisUrl, ReadsIpv6HostsInBrackets) {
    const Address address = parse_url("redis://:x@[::1]:7000/1");
    EXPECT_EQ(address.host, "::1");
    EXPECT_EQ(address.port, 7000);
    EXPECT_EQ(address.to_string(), "[::1]:7000");
    EXPECT_EQ(parse_url("redis://[fe80::1]").host, "fe80::1");
}

TEST(RedisUrl, ReadsUnixSockets) {
    const Address plain = parse_url("unix:///run/redis/redis.sock");
    EXPECT_EQ(plain.socket_path, "/run/redis/redis.sock");
    EXPECT_EQ(plain.to_string(), "/run/redis/redis.sock");
    EXPECT_EQ(plain.database, 0);
    const Address full = parse_url("unix://:se%63ret@/run/a%20b.sock?db=4");
    EXPECT_EQ(full.password, "secret");
    EXPECT_EQ(full.socket_path, "/run/a b.sock");
    EXPECT_EQ(full.database, 4);
}

TEST(RedisUrl, ShowsNoUserOrPasswordInLogs) {
    EXPECT_EQ(parse_url("redis://me:secret@cache:1/2").to_string(), "cache:1");
}

TEST(RedisUrl, NamesThePartThatIsWrong) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "redis URL: it begins with neither redis:// nor unix://"},
        {"cache:6379", "redis URL: it begins with neither redis:// nor unix://"},
        {"rediss://cache", "redis URL: it begins with neither redis:// nor unix://"},
        {"redis://", "redis URL: no host"},
        {"redis://:6379", "redis URL: no host"},
        {"redis://cache:", "redis URL: port '' is not a whole number from 1 to 65535"},
        {"redis://cache:0", "redis URL: port '0' is not a whole number from 1 to 65535"},
        {"redis://cache:65536", "redis URL: port '65536' is not a whole number from 1 to 65535"},
        {"redis://cache:6379/x", "redis URL: database 'x' is not a whole number from 0 to 1000000"},
        {"redis://cache/-1", "redis URL: database '-1' is not a whole number from 0 to 1000000"},
        {"redis://cache/0/1", "redis URL: database '0/1' is not a whole number from 0 to 1000000"},
        {"redis://[::1", "redis URL: the host has '[' but no ']'"},
        {"redis://[::1]6379", "redis URL: something other than ':port' follows the host"},
        {"redis://secret@cache", "redis URL: what stands before '@' is not 'user:password' or ':password'"},
        {"redis://me:@cache", "redis URL: a user without a password"},
        {"redis://:p%4@cache", "redis URL: the password has a '%' that two hexadecimal digits do not follow"},
        {"redis://ca%00che", "redis URL: it holds a zero byte"},
        {"unix://run/redis.sock", "redis URL: the path of the socket does not begin with '/'"},
        {"unix:///run/redis.sock?database=1", "redis URL: only db= may follow '?'"},
        {"unix:///run/redis.sock?db=one", "redis URL: database 'one' is not a whole number from 0 to 1000000"},
    };
    for (const auto& [url, error] : cases) {
        EXPECT_EQ(error_of(url), error) << url;
    }
}

TEST(RedisUrl, QuotesNoPasswordInErrors) {
    for (const char* url : {"redis://:hunter2%zz@cache",
                            "redis://me:hunter2@cache:port",
                            "redis://hunter2@cache",
                            "redis://me:hunter2@",
                            "hunter2",
                            "unix://:hunter2@run"}) {
        const std::string error = error_of(url);
        EXPECT_NE(error, "no error") << url;
        EXPECT_EQ(error.find("hunter2"), std::string::npos) << error;
    }
}

}  // namespace
}  // namespace watchtower::redis
