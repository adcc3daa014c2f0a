#include "common/http/address_set.hpp"

#include <gtest/gtest.h>

namespace watchtower::http {
namespace {

bool contains(const AddressSet& set, const std::string& address) {
    return set.contains(parse_ip_address(address).value());
}

TEST(AddressSet, HoldsAddressesAndNetworks) {
    const AddressSet set({"192.0.2.7", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/32", "::1", "203.0.113.4/30"});
    for (const char* inside : {"192.0.2.7",
                               "10.0.0.0",
                               "10.255.255.255",
                               "172.31.0.1",
                               "2001:db8:ffff::1",
                               "::1",
                               "203.0.113.7",
                               "::ffff:10.1.2.3"}) {
        EXPECT_TRUE(contains(set, inside)) << inside;
    }
    for (const char* outside : {"192.0.2.8", "11.0.0.0", "172.32.0.1", "2001:db9::", "::2", "203.0.113.8", "a00::"}) {
        EXPECT_FALSE(contains(set, outside)) << outside;
    }
}

TEST(AddressSet, KeepsFamiliesApartAndTakesEverythingOfOne) {
    EXPECT_TRUE(contains(AddressSet({"0.0.0.0/0"}), "198.51.100.1"));
    EXPECT_FALSE(contains(AddressSet({"0.0.0.0/0"}), "2001:db8::1"));
    EXPECT_FALSE(contains(AddressSet({"::/0"}), "198.51.100.1"));
    EXPECT_TRUE(contains(AddressSet({"::ffff:10.0.0.0/104"}), "10.9.8.7"));
    EXPECT_FALSE(contains(AddressSet({"::ffff:10.0.0.0/104"}), "11.9.8.7"));
    EXPECT_TRUE(AddressSet().empty());
}

TEST(AddressSet, RefusesWhatIsNeitherAndQuotesIt) {
    for (const char* bad : {"",
                            "proxy",
                            "10.0.0.0/33",
                            "10.0.0.0/-1",
                            "10.0.0.0/",
                            "10.0.0.0/8/8",
                            "10.0.0.0/8x",
                            "::/129",
                            "10.0.0",
                            "010.0.0.1",
                            "10.0.0.1:80",
                            "[::1]",
                            "fe80::1%lo",
                            "10.0.0.1/8",
                            "::ffff:10.0.0.0/8",
                            "2001:db8::1/32",
                            "/8",
                            " 10.0.0.1"}) {
        try {
            const AddressSet set({"127.0.0.1", bad});
            FAIL() << bad;
        } catch (const BadInput& e) {
            EXPECT_NE(std::string(e.what()).find("'" + std::string(bad) + "'"), std::string::npos) << e.what();
        }
    }
}

/// Who asks when 10.0.0.0/8 and fd00::/8 are proxies and these are the X-Forwarded-For headers.
std::string client(const std::string& peer, const std::vector<std::string>& forwarded) {
    Request request;
    request.headers.emplace_back("x-forwarded-for-not", "203.0.113.99");
    for (const std::string& value : forwarded) {
        request.headers.emplace_back("x-forwarded-for", value);
    }
    return client_address(AddressSet({"10.0.0.0/8", "fd00::/8"}), peer, request);
}

TEST(ClientAddress, IsThePeersUnlessAProxyTellsOtherwise) {
    EXPECT_EQ(client("198.51.100.1", {"203.0.113.1"}), "198.51.100.1") << "anybody can write that header";
    EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", {"203.0.113.1"}), "203.0.113.1");
    EXPECT_EQ(client("::ffff:10.0.0.1", {"203.0.113.1"}), "203.0.113.1");
    EXPECT_EQ(client("fd00::1", {"2001:DB8::1"}), "2001:db8::1");
}

TEST(ClientAddress, IsTheRightMostThatIsNoProxy) {
    EXPECT_EQ(client("10.0.0.1", {"1.1.1.1, 203.0.113.1"}), "203.0.113.1") << "1.1.1.1 is what the client wrote";
    EXPECT_EQ(client("10.0.0.1", {"1.1.1.1 ,203.0.113.1,\t10.2.2.2 , fd00::3"}), "203.0.113.1");
    EXPECT_EQ(client("10.0.0.1", {"1.1.1.1", "203.0.113.1", "10.2.2.2"}), "203.0.113.1") << "lines are one list";
    EXPECT_EQ(client("10.0.0.1", {"10.3.3.3, 10.2.2.2"}), "10.3.3.3") << "proxies all the way";
    EXPECT_EQ(client("10.0.0.1", {"::ffff:203.0.113.1"}), "203.0.113.1");
    EXPECT_EQ(client("10.0.0.1", {"203.0.113.1:4711"}), "203.0.113.1");
    EXPECT_EQ(client("10.0.0.1", {"[2001:db8::1]:4711, [fd00::2]"}), "2001:db8::1");
}

TEST(ClientAddress, EndsTheWalkBeforeWhatIsNoAddress) {
    for (const char* bad : {"unknown",
                            "",
                            "203.0.113.1 1.1.1.1",
                            "203.0.113.1:",
                            "203.0.113.1:x",
                            "[2001:db8::1",
                            "[2001:db8::1]x",
                            "\"203.0.113.1\"",
                            "203.0.113.999",
                            "_hidden",
                            "fe80::1%eth0"}) {
        EXPECT_EQ(client("10.0.0.1", {std::string("1.1.1.1, ") + bad + ", 10.2.2.2"}), "10.2.2.2") << bad;
        EXPECT_EQ(client("10.0.0.1", {"1.1.1.1", bad}), "10.0.0.1") << bad;
    }
    EXPECT_EQ(client("10.0.0.1", {std::string(16'000, ',')}), "10.0.0.1");
}

}  // namespace
}  // namespace watchtower::http
