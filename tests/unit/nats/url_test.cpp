#include "common/nats/url.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower::nats {
namespace {

std::string error_of(const std::string& url) {
    try {
        (void)parse_servers(url);
    } catch (const BadInput& error) {
        return error.what();
    }
    return "no error";
}

Server parse_one(const std::string& url) {
    return parse_servers(url).at(0);
}

TEST(NatsUrl, FillsInSchemeAndPort) {
    EXPECT_EQ(parse_one("nats://bus"), (Server{.host = "bus"}));
    EXPECT_EQ(parse_one("bus:4223"), (Server{.host = "bus", .port = 4223}));
    EXPECT_EQ(parse_one("tls://bus/"), (Server{.host = "bus", .tls = true}));
}

TEST(NatsUrl, ReadsSeveralServers) {
    EXPECT_EQ(parse_servers("nats://a:1, tls://b,,c:3 "),
              (std::vector<Server>{
                  {.host = "a", .port = 1}, {.host = "b", .port = 4222, .tls = true}, {.host = "c", .port = 3}}));
}

TEST(NatsUrl, ReadsUserPasswordAndTokenWithPercentEncodedCharacters) {
    const Server user = parse_one("nats://me%40home:p%40ss%3A%2f%2C@bus:1");
    EXPECT_EQ(user.user, "me@home");
    EXPECT_EQ(user.password, "p@ss:/,");
    EXPECT_EQ(user.to_string(), "bus:1");
    const Server token = parse_one("nats://s3%25cret@bus");
    EXPECT_EQ(token.token, "s3%cret");
    EXPECT_EQ(token.user, "");
}

TEST(NatsUrl, ReadsIpv6HostsInBrackets) {
    const Server server = parse_one("nats://me:x@[::1]:7000");
    EXPECT_EQ(server.host, "::1");
    EXPECT_EQ(server.port, 7000);
    EXPECT_EQ(server.to_string(), "[::1]:7000");
}

TEST(NatsUrl, NamesThePartThatIsWrong) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "nats URL: no server"},
        {" , ", "nats URL: no server"},
        {"http://bus", "nats URL: it begins with neither nats:// nor tls://"},
        {"nats://", "nats URL: no host"},
        {"nats://:4222", "nats URL: no host"},
        {"nats://bus:", "nats URL: port '' is not a whole number from 1 to 65535"},
        {"nats://bus:0", "nats URL: port '0' is not a whole number from 1 to 65535"},
        {"nats://bus:65536", "nats URL: port '65536' is not a whole number from 1 to 65535"},
        {"nats://bus/x", "nats URL: something other than ':port' follows the host"},
        {"nats://[::1", "nats URL: the host has '[' but no ']'"},
        {"nats://b us", "nats URL: the host holds a character no host has"},
        {"nats://@bus", "nats URL: nothing stands before '@'"},
        {"nats://me:@bus", "nats URL: what stands before '@' is neither 'user:password' nor a token"},
        {"nats://me:p%4@bus", "nats URL: the password has a '%' that is no escape of a character"},
        {"nats://p%00@bus", "nats URL: the token has a '%' that is no escape of a character"},
    };
    for (const auto& [url, error] : cases) {
        EXPECT_EQ(error_of(url), error) << url;
    }
}

TEST(NatsUrl, QuotesNoSecretInErrors) {
    for (const char* url :
         {"nats://me:hunter2%zz@bus", "nats://me:hunter2@bus:port", "nats://hunter2@", "x://hunter2@b"}) {
        const std::string error = error_of(url);
        EXPECT_NE(error, "no error") << url;
        EXPECT_EQ(error.find("hunter2"), std::string::npos) << error;
    }
}

}  // namespace
}  // namespace watchtower::nats
