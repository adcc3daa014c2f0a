#include "common/base/configuration.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower {
namespace {

struct Values {
    std::string url = "default";
    std::string key;
    std::vector<std::string> keys;
    std::int64_t count = 3;
    double ratio = 0.5;
    Milliseconds interval{60000};
    std::uint64_t most_bytes = 1024;
    std::string mode = "write";
    std::vector<std::string> origins;
    bool enabled = false;
    std::uint16_t port = 8000;
    log::Options log;
};

class ConfigurationTest : public testing::Test {
protected:
    void TearDown() override {
        for (const auto& name : set_) {
            // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
            ::unsetenv(name.c_str());
        }
    }

    void environment(const std::string& name, const std::string& value) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread
        ::setenv(name.c_str(), value.c_str(), 1);
        set_.push_back(name);
    }

    std::optional<int> read(std::vector<std::string> arguments) {
        Configuration configuration("watchtower-test", "A test");
        configuration.text("WT_URL", values_.url, "address");
        configuration.secret("WT_KEY", values_.key, "key");
        configuration.secret_list("WT_KEYS", values_.keys, "keys");
        configuration.integer("WT_COUNT", values_.count, 1, 10, "count");
        configuration.number("WT_RATIO", values_.ratio, 0, 1, "ratio");
        configuration.seconds("WT_INTERVAL", values_.interval, Milliseconds(100), Milliseconds(3600000), "interval");
        configuration.bytes("WT_MOST_BYTES", values_.most_bytes, 1, "size");
        configuration.choice("WT_MODE", values_.mode, {"write", "all", "none"}, "mode");
        configuration.list("WT_ORIGINS", values_.origins, "origins");
        configuration.boolean("WT_ENABLED", values_.enabled, "switch");
        configuration.port("WT_PORT", values_.port, "port");
        configuration.log(values_.log);
        configuration.check([this] {
            if (values_.count == 7) {
                throw BadInput("WT_COUNT: seven is taken");
            }
        });
        arguments.insert(arguments.begin(), "watchtower-test");
        arguments_ = std::move(arguments);
        std::vector<char*> pointers;
        for (auto& argument : arguments_) {
            pointers.push_back(argument.data());
        }
        pointers.push_back(nullptr);
        testing::internal::CaptureStderr();
        testing::internal::CaptureStdout();
        const auto result = configuration.read(static_cast<int>(arguments_.size()), pointers.data());
        errors_ = testing::internal::GetCapturedStderr();
        output_ = testing::internal::GetCapturedStdout();
        return result;
    }

    Values values_;
    std::vector<std::string> arguments_;
    std::string errors_;
    std::string output_;
    test::TemporaryFolder folder_;

private:
    std::vector<std::string> set_;
};

TEST_F(ConfigurationTest, KeepsDefaultsWhenNothingIsGiven) {
    EXPECT_EQ(read({}), std::nullopt);
    EXPECT_EQ(values_.url, "default");
    EXPECT_EQ(values_.interval, Milliseconds(60000));
}

TEST_F(ConfigurationTest, PrefersFlagToEnvironmentToFile) {
    const auto file = folder_.write("c.toml", "wt-url = \"file\"\nwt_count = 4\nWT_PORT = 81\n");
    environment("WT_COUNT", "5");
    environment("WT_PORT", "82");
    EXPECT_EQ(read({"--wt-port", "83", "--config-file", file.string()}), std::nullopt) << errors_;
    EXPECT_EQ(values_.url, "file");
    EXPECT_EQ(values_.count, 5);
    EXPECT_EQ(values_.port, 83);
}

TEST_F(ConfigurationTest, ReadsEveryKindOfValue) {
    environment("WT_KEYS", " a , b,,c ");
    environment("WT_RATIO", "0.15");
    environment("WT_INTERVAL", "0.25");
    environment("WT_MOST_BYTES", "256 MiB");
    environment("WT_MODE", "all");
    environment("WT_ORIGINS", "http://a,http://b");
    environment("WT_ENABLED", "yes");
    environment("LOG_LEVEL", "debug");
    environment("LOG_FORMAT", "json");
    EXPECT_EQ(read({"--wt-port=0"}), std::nullopt) << errors_;
    EXPECT_EQ(values_.keys, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(values_.ratio, 0.15);
    EXPECT_EQ(values_.interval, Milliseconds(250));
    EXPECT_EQ(values_.most_bytes, 256ULL << 20U);
    EXPECT_EQ(values_.mode, "all");
    EXPECT_EQ(values_.origins.size(), 2U);
    EXPECT_TRUE(values_.enabled);
    EXPECT_EQ(values_.port, 0);
    EXPECT_EQ(values_.log.level, log::Level::debug);
}

TEST_F(ConfigurationTest, TellsAllErrorsAtOnceAndExits2) {
    const auto file = folder_.write("c.toml", "wt-urll = \"x\"\nwt-count = \"many\"\n");
    environment("WT_RATIO", "1.5");
    environment("WT_INTERVAL", "nan");
    environment("WT_MODE", "some");
    EXPECT_EQ(read({"--wt-port=70000", "--nonsense=1", "--config-file=" + file.string()}), 2);
    for (const char* part : {"WT_COUNT: 'many' is not a whole number from 1 to 10",
                             "WT_RATIO: '1.5'",
                             "WT_INTERVAL: 'nan'",
                             "WT_MODE: 'some' is none of write, all, none",
                             "WT_PORT: '70000'",
                             "unknown option --nonsense",
                             "unknown key 'wt-urll'"}) {
        EXPECT_NE(errors_.find(part), std::string::npos) << part << " is not in:\n" << errors_;
    }
}

TEST_F(ConfigurationTest, RefusesALineOfTheFileThatIsNoAssignment) {
    const auto file = folder_.write("c.toml", "wt-port: 5\n");
    EXPECT_EQ(read({"--config-file", file.string()}), 2);
}

TEST_F(ConfigurationTest, RefusesAFileThatIsNotThere) {
    EXPECT_EQ(read({"--config-file", "/nonexistent/c.toml"}), 2);
    EXPECT_NE(errors_.find("/nonexistent/c.toml"), std::string::npos);
}

TEST_F(ConfigurationTest, ReadsSecretsFromFiles) {
    environment("WT_KEY_FILE", folder_.write("key", "s3cret\n").string());
    EXPECT_EQ(read({}), std::nullopt) << errors_;
    EXPECT_EQ(values_.key, "s3cret");
}

TEST_F(ConfigurationTest, TakesAnEmptySecretFileForAnEmptySecretAndAFolderForAnError) {
    EXPECT_THROW((void)read_secret_file(folder_.path().string()), BadInput);
    EXPECT_EQ(read_secret_file(folder_.write("empty", "").string()), "");
    EXPECT_EQ(read_secret_file(folder_.write("long", std::string(10000, 'x') + "\r\n").string()),
              std::string(10000, 'x'));
}

TEST_F(ConfigurationTest, NamesTheSecretFileThatCannotBeRead) {
    environment("WT_KEY_FILE", "/nonexistent/key");
    EXPECT_EQ(read({}), 2);
    EXPECT_NE(errors_.find("WT_KEY_FILE: cannot read '/nonexistent/key'"), std::string::npos) << errors_;
}

TEST_F(ConfigurationTest, RefusesASecretGivenTwiceInOnePlace) {
    environment("WT_KEY", "a");
    environment("WT_KEY_FILE", folder_.write("key", "b").string());
    EXPECT_EQ(read({}), 2);
    EXPECT_NE(errors_.find("both"), std::string::npos) << errors_;
}

TEST_F(ConfigurationTest, ShowsNoSecretInTheProcessListOrInCheckConfig) {
    EXPECT_EQ(read({"--wt-key", "hunter2", "--wt-keys=hunter3,x", "--check-config"}), 0) << errors_;
    EXPECT_EQ(values_.key, "hunter2");
    EXPECT_EQ(values_.keys.front(), "hunter3");
    EXPECT_EQ(output_.find("hunter"), std::string::npos) << output_;
    EXPECT_NE(output_.find("WT_PORT=8000"), std::string::npos) << output_;
    for (const auto& argument : arguments_) {
        EXPECT_EQ(argument.find("hunter"), std::string::npos) << argument;
    }
}

TEST_F(ConfigurationTest, MakesChecksOverSeveralOptions) {
    EXPECT_EQ(read({"--wt-count", "7"}), 2);
    EXPECT_NE(errors_.find("seven is taken"), std::string::npos);
}

TEST_F(ConfigurationTest, ShowsHelpAndVersion) {
    EXPECT_EQ(read({"--help"}), 0);
    EXPECT_NE(output_.find("--wt-url"), std::string::npos);
    EXPECT_NE(output_.find("WT_URL"), std::string::npos);
    EXPECT_EQ(read({"--version"}), 0);
    EXPECT_NE(output_.find("watchtower-test " + version()), std::string::npos) << output_;
}

}  // namespace
}  // namespace watchtower
