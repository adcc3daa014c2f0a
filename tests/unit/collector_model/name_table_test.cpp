#include "services/collector/model/name_table.hpp"

#include <string>

#include <gtest/gtest.h>

#include "services/collector/model/player_numbers.hpp"

namespace watchtower::collector {
namespace {

TEST(NameTable, NumbersNamesInTheOrderOfFirstSight) {
    NameTable table;
    for (std::uint32_t i = 0; i < 10000; ++i) {
        EXPECT_EQ(table.intern("player" + std::to_string(i)), i);
    }
    EXPECT_EQ(table.intern("player4711"), 4711U);
    EXPECT_EQ(table.find("player9999"), 9999U);
    EXPECT_EQ(table.find("nobody"), NameTable::kNone);
    EXPECT_EQ(table.name(4711), "player4711");
    EXPECT_EQ(table.size(), 10000U);
}

TEST(NameTable, KeepsAnyBytesAndTheEmptyName) {
    NameTable table;
    const std::string odd("\0\xff", 2);
    EXPECT_EQ(table.intern(""), 0U);
    EXPECT_EQ(table.intern(odd), 1U);
    EXPECT_EQ(table.name(0), "");
    EXPECT_EQ(table.name(1), odd);
}

TEST(NameTable, ForgetsAllNames) {
    NameTable table;
    EXPECT_EQ(table.find("a"), NameTable::kNone);
    table.intern("a");
    table.clear();
    EXPECT_EQ(table.find("a"), NameTable::kNone);
    EXPECT_EQ(table.intern("b"), 0U);
}

TEST(PlayerNumbers, AreThoseOfTheWorldForWhomItKnew) {
    NameTable world;
    world.intern("ann");
    world.intern("bob");
    PlayerNumbers numbers;
    const auto intern = [&numbers](std::string_view name) { return numbers.intern(name, NameTable::hash_of(name)); };
    EXPECT_EQ(intern("bob"), 0U);
    numbers.clear(&world);
    EXPECT_EQ(numbers.size(), 2U);
    EXPECT_EQ(intern("bob"), 1U);
    EXPECT_EQ(intern("cleo"), 2U);
    EXPECT_EQ(intern("ann"), 0U);
    world.intern("dora");  // as the comparison of another section does
    EXPECT_EQ(intern("dora"), 3U);
    EXPECT_EQ(intern("cleo"), 2U);
    EXPECT_EQ(numbers.name(0), "ann");
    EXPECT_EQ(numbers.name(3), "dora");
    EXPECT_EQ(numbers.known_in(world), 2U);
    EXPECT_EQ(numbers.known_in(NameTable()), 0U);
}

}  // namespace
}  // namespace watchtower::collector
