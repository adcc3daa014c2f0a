#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;

constexpr auto kVersion = "SELECT max(version) FROM schema_migrations";

Ended migrate(const PostgresServer& postgres, const std::string& user = "watchtower") {
    return run_to_end("collector", {"migrate"}, {{"DATABASE_URL", postgres.url("watchtower", user)}});
}

TEST(Migrate, NeedsOnlyTheDatabaseAndMayBeRepeated) {
    const PostgresServer postgres;
    for (int i = 0; i < 2; ++i) {
        const Ended ended = migrate(postgres);
        EXPECT_EQ(ended.code, 0) << ended.output;
        EXPECT_NE(ended.output.find("migrated"), std::string::npos) << ended.output;
    }
    EXPECT_GT(std::stoi(postgres.ask(kVersion)), 0);
}

TEST(Migrate, WaitsForTheServer) {
    PostgresServer postgres;
    postgres.stop();
    const TemporaryFolder folder;
    Process command(
        {.command = {std::filesystem::read_symlink("/proc/self/exe").parent_path() / "watchtower-collector", "migrate"},
         .environment = {{"DATABASE_URL", postgres.url()}},
         .output = folder.path() / "output",
         .user = {},
         .folder = folder.path()});
    EXPECT_TRUE(eventually(
        seconds(60),
        [&] { return command.output().find("postgres_not_there") != std::string::npos; },
        [&] { return command.output(); }));
    postgres.start();
    EXPECT_EQ(command.wait(seconds(60)), 0) << command.output();
    EXPECT_NE(postgres.ask(kVersion), "");
}

TEST(Migrate, SaysSoWhenItMayNot) {
    const PostgresServer postgres;
    const Ended ended = migrate(postgres, "watchtower_reader");
    EXPECT_EQ(ended.code, 1) << ended.output;
    EXPECT_NE(ended.output.find("permission denied"), std::string::npos) << ended.output;
}

TEST(Migrate, RefusesWhatItDoesNotKnow) {
    const Ended ended = run_to_end("collector", {"migrate", "--nonsense"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_NE(ended.output.find("--nonsense"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace watchtower::test
