#include "common/http/places.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace watchtower::http {
namespace {

using Lack = Places::Lack;

TEST(Places, AreGivenBack) {
    const auto places = std::make_shared<Places>(2, 0, AddressSet());
    auto one = places->take("192.0.2.1");
    const auto two = places->take("192.0.2.1");
    EXPECT_TRUE(one.place);
    EXPECT_TRUE(two.place);
    EXPECT_EQ(places->take("192.0.2.2").lack, Lack::of_all);
    EXPECT_FALSE(places->take("192.0.2.2").place);
    Place moved = std::move(one.place);
    EXPECT_EQ(places->take("192.0.2.2").lack, Lack::of_all);
    moved = Place();
    EXPECT_EQ(places->take("192.0.2.2").lack, Lack::nothing);
}

TEST(Places, AnAddressHasItsShare) {
    const auto places = std::make_shared<Places>(100, 2, AddressSet({"::1"}));
    std::vector<Places::Taken> taken;
    taken.push_back(places->take("192.0.2.1"));
    taken.push_back(places->take("192.0.2.1"));
    EXPECT_EQ(places->take("192.0.2.1").lack, Lack::of_address);
    EXPECT_EQ(places->take("192.0.2.2").lack, Lack::nothing);
    taken.pop_back();
    EXPECT_EQ(places->take("192.0.2.1").lack, Lack::nothing);
    for (int i = 0; i < 5; ++i) {
        taken.push_back(places->take("::1"));
        EXPECT_EQ(taken.back().lack, Lack::nothing);
    }
}

TEST(Places, AnIpv6ClientIsItsNetwork) {
    const auto places = std::make_shared<Places>(100, 1, AddressSet());
    const auto one = places->take("2001:db8:1:2::1");
    EXPECT_EQ(places->take("2001:db8:1:2:ffff::9").lack, Lack::of_address);
    EXPECT_EQ(places->take("2001:db8:1:3::1").lack, Lack::nothing);
}

TEST(Places, MayOutliveTheServer) {
    Place place;
    {
        const auto places = std::make_shared<Places>(1, 1, AddressSet());
        place = places->take("192.0.2.1").place;
    }
    EXPECT_TRUE(place);
}

}  // namespace
}  // namespace watchtower::http
