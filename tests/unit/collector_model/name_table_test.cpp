#include "services/collector/model/name_table.hpp"

#include <string>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace watchtower::collector
