#include "services/collector/tasks/contact.hpp"

#include <gtest/gtest.h>

namespace watchtower::collector {
namespace {

using std::chrono::milliseconds;

/// Redis is heard every 100 ms from `first` to `last`.
void hear(Contact& contact, int first, int last) {
    for (int time = first; time <= last; time += 100) {
        contact.heard(milliseconds(time));
    }
}

TEST(Contact, IsSettledWhenRedisWasHeardSteadilyForLongEnough) {
    Contact contact(milliseconds(500), milliseconds(1000));
    EXPECT_FALSE(contact.is_settled());
    hear(contact, 10'000, 10'900);
    EXPECT_FALSE(contact.is_settled());
    hear(contact, 11'000, 11'000);
    EXPECT_TRUE(contact.is_settled());
    EXPECT_EQ(contact.last(), milliseconds(11'000));
}

TEST(Contact, SettlesAnewAfterAGap) {
    Contact contact(milliseconds(500), milliseconds(1000));
    hear(contact, 10'000, 12'000);
    contact.heard(milliseconds(12'500));
    EXPECT_TRUE(contact.is_settled()) << "no longer than it may be";
    contact.heard(milliseconds(13'001));
    EXPECT_FALSE(contact.is_settled());
    hear(contact, 13'101, 14'001);
    EXPECT_TRUE(contact.is_settled());
}

TEST(Contact, BearsAnswersOutOfOrderAndAClockThatIsSetBack) {
    Contact contact(milliseconds(500), milliseconds(1000));
    hear(contact, 10'000, 12'000);
    contact.heard(milliseconds(11'900));
    EXPECT_TRUE(contact.is_settled());
    EXPECT_EQ(contact.last(), milliseconds(12'000));
    contact.heard(milliseconds(5'000));
    EXPECT_FALSE(contact.is_settled());
    EXPECT_EQ(contact.last(), milliseconds(5'000));
}

}  // namespace
}  // namespace watchtower::collector
