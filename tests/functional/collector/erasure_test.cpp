#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/functional/collector/watched_game.hpp"
#include "tests/support/process.hpp"
#include "tests/support/stored_text.hpp"

namespace watchtower::test {
namespace {

/// A game whose players' ids cannot be mistaken for anything else, and the command that erases one.
class ErasingPlayers : public WatchedGame {
protected:
    using Environment = std::map<std::string, std::string>;

    [[nodiscard]] Environment environment() const {
        return {{"COLLECTOR", std::filesystem::read_symlink("/proc/self/exe").parent_path() / "watchtower-collector"},
                {"DATABASE_URL", postgres_.url()},
                {"REDIS_URL", redis_.url()}};
    }

    [[nodiscard]] static Ended run(std::vector<std::string> command, const Environment& environment) {
        const TemporaryFolder folder;
        Process process({.command = std::move(command),
                         .environment = environment,
                         .output = folder.path() / "output",
                         .user = {},
                         .folder = folder.path()});
        const auto code = process.wait(seconds(30));
        return {code, process.output()};
    }

    [[nodiscard]] static Ended erase(const std::vector<std::string>& arguments, const Environment& environment) {
        std::vector<std::string> command = {environment.at("COLLECTOR"), "erase-player"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run(std::move(command), environment);
    }

    [[nodiscard]] Ended erase(const std::string& player, const std::string& world = "default") const {
        return erase({"--world", world, "--player", player}, environment());
    }

    [[nodiscard]] Ended by_shell(const std::string& script) const { return run({"sh", "-c", script}, environment()); }

    /// Where an id stands as a text of its own; empty: nowhere.
    [[nodiscard]] std::string where_is(const std::string& player) const {
        const std::string text = everything_in(postgres_) + everything_in(redis_);
        for (const std::string& form :
             {"\"" + player + "\"", "\t" + player + "\t", std::to_string(player.size()) + ":" + player}) {
            if (const std::size_t at = text.find(form); at != std::string::npos) {
                return text.substr(at < 200 ? 0 : at - 200, 400);
            }
        }
        return {};
    }

    [[nodiscard]] std::string most_active() const { return stored().top_players.at(0).player_id; }
};

TEST_F(ErasingPlayers, KeepsTotalsTrueWhileTheErasedPlayOn) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    simulator_.step(300);
    ASSERT_TRUE(truth_is_stored());
    const std::string player = most_active();
    ASSERT_NE(where_is(player), "");

    const Ended ended = erase(player);
    EXPECT_EQ(ended.code, 0) << ended.output;
    EXPECT_NE(ended.output.find("result: erased\n"), std::string::npos) << ended.output;
    EXPECT_EQ(ended.output.find(player), std::string::npos) << ended.output;
    ASSERT_TRUE(another_tick_is_stored());
    EXPECT_TRUE(eventually(
        seconds(10), [&] { return where_is(player).empty(); }, [&] { return where_is(player); }));

    simulator_.step(300);
    EXPECT_TRUE(truth_is_stored());
    EXPECT_EQ(where_is(player), "");
    collector.kill();
    simulator_.step(300);
    collector.start();
    EXPECT_TRUE(truth_is_stored());
    EXPECT_EQ(stored().document.players, stored().players);
    collector.stop();
    simulator_.step(300);
    Service other("collector", collector_options());
    EXPECT_TRUE(truth_is_stored());
    EXPECT_EQ(where_is(player), "");
    EXPECT_EQ(collector.output().find("\"" + player + "\""), std::string::npos);
    EXPECT_EQ(postgres_.ask("select count(*) from player_current where player_id like 'erased:%'"), "0");
}

TEST_F(ErasingPlayers, KeepsTotalsTrueWithListsWithoutIds) {
    Simulator game({.flags = {{"sim-players", "30"}, {"sim-warmup", "600"}, {"sim-shape", "ids=absent"}}});
    auto options = collector_options();
    options.environment["CCC_API_URL"] = game.url();
    Service collector("collector", options);
    ASSERT_TRUE(eventually(seconds(15), [&] { return stored_ticks() != "0"; }));
    game.step(600);
    ASSERT_TRUE(another_tick_is_stored());
    // Somebody whom the list names, or else this shows nothing.
    const std::string erased = postgres_.ask(
        "select player_id from player_current where exists (select from list_entries where section = 'pvp' and "
        "entry like '%' || length(player_id) || ':' || player_id || '%') order by player_id limit 1");
    ASSERT_NE(erased, "");
    const std::string before =
        postgres_.ask("select state->'totals'->'attacks' from snapshots order by tick desc limit 1");
    const Ended ended = erase(erased);
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.output.find("list_entries: 0\n"), std::string::npos) << ended.output;
    ASSERT_TRUE(another_tick_is_stored());
    ASSERT_TRUE(another_tick_is_stored());
    EXPECT_EQ(postgres_.ask("select state->'totals'->'attacks' from snapshots order by tick desc limit 1"), before);
    EXPECT_TRUE(eventually(
        seconds(10), [&] { return where_is(erased).empty(); }, [&] { return where_is(erased); }));
}

TEST_F(ErasingPlayers, SaysWhenThereIsNothingOrTheWorldIsUnknown) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    const Ended nothing = erase("nobody at all");
    EXPECT_EQ(nothing.code, 0);
    EXPECT_NE(nothing.output.find("result: nothing to erase\n"), std::string::npos) << nothing.output;
    const Ended unknown = erase("nobody at all", "nowhere");
    EXPECT_EQ(unknown.code, 2);
    EXPECT_NE(unknown.output.find("world 'nowhere': there is none"), std::string::npos) << unknown.output;
    EXPECT_EQ(erase("").code, 2);
    EXPECT_EQ(erase("\xff").code, 2);
    EXPECT_EQ(erase(std::vector<std::string>(), environment()).code, 2);
}

TEST_F(ErasingPlayers, ReadsTheIdFromStandardInput) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    const std::string player = most_active();
    const Ended ended = by_shell("echo '" + player + "' | \"$COLLECTOR\" erase-player --world default --player -");
    EXPECT_EQ(ended.code, 0) << ended.output;
    EXPECT_NE(ended.output.find("result: erased\n"), std::string::npos) << ended.output;
    const Ended again = erase(player);
    EXPECT_NE(again.output.find("erased_before: yes\n"), std::string::npos) << again.output;
}

TEST_F(ErasingPlayers, TakesTheServicesOwnConfigurationFile) {
    const TemporaryFolder folder;
    const std::string file = folder.path() / "collector.toml";
    for (const auto& [name, value] : collector_options().environment) {
        std::ofstream(file, std::ios::app) << name << " = \"" << value << "\"\n";
    }
    Service collector("collector",
                      {.arguments = {"--config-file", file}, .listener = "management-port", .wait_for = "/ready"});
    ASSERT_TRUE(truth_is_stored());
    const std::string player = most_active();
    auto environment = this->environment();
    environment.erase("DATABASE_URL");
    environment.erase("REDIS_URL");
    const Ended ended = erase({"--config-file", file, "--world=default", "--player=" + player}, environment);
    EXPECT_EQ(ended.code, 0) << ended.output;
    EXPECT_NE(ended.output.find("result: erased\n"), std::string::npos) << ended.output;
}

TEST_F(ErasingPlayers, SaysWhatIsLeftToDoWhenAServerIsAway) {
    std::string player;
    {
        Service collector("collector", collector_options());
        ASSERT_TRUE(truth_is_stored());
        player = most_active();
    }
    auto without_redis = environment();
    without_redis["REDIS_URL"] = "redis://127.0.0.1:1/0";
    const Ended half = erase({"--world=default", "--player=" + player}, without_redis);
    EXPECT_EQ(half.code, 1);
    EXPECT_NE(half.output.find("run this again when Redis is back"), std::string::npos) << half.output;
    EXPECT_EQ(half.output.find(player), std::string::npos) << half.output;
    EXPECT_EQ(everything_in(postgres_).find("\"" + player + "\""), std::string::npos);
    EXPECT_NE(everything_in(redis_).find("\"" + player + "\""), std::string::npos);
    EXPECT_EQ(erase(player).code, 0);
    EXPECT_EQ(where_is(player), "");
    postgres_.stop();
    const Ended away = erase(player);
    EXPECT_EQ(away.code, 1);
    EXPECT_NE(away.output.find("run it again"), std::string::npos) << away.output;
}

TEST_F(ErasingPlayers, ShowsNoIdInTheProcessList) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    postgres_.freeze();
    const Ended seen = by_shell(
        "\"$COLLECTOR\" erase-player --world default --player conspicuous & "
        "for i in $(seq 100); do sleep 0.05; tr '\\0' ' ' < /proc/$!/cmdline > line; "
        "grep -q '\\*\\*\\*' line && break; done; cat line; kill $!");
    postgres_.thaw();
    EXPECT_NE(seen.output.find("--player *****"), std::string::npos) << seen.output;
    EXPECT_EQ(seen.output.find("conspicuous"), std::string::npos) << seen.output;
}

}  // namespace
}  // namespace watchtower::test
