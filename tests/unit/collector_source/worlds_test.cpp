#include "services/collector/source/worlds.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::collector {
namespace {

using testing::HasSubstr;
using testing::Not;

class Worlds : public testing::Test {
protected:
    std::vector<World> read(const std::string& content) {
        return read_worlds({folder_.write("worlds.json", content), "", ""});
    }

    std::string errors_of(const WorldsOptions& options) {
        try {
            (void)read_worlds(options);
        } catch (const BadInput& error) {
            return error.what();
        }
        return "";
    }

    std::string errors_of(const std::string& content) {
        return errors_of({folder_.write("worlds.json", content), "", ""});
    }

    test::TemporaryFolder folder_;
};

TEST_F(Worlds, AreOneDefaultWithoutAFile) {
    const auto worlds = read_worlds({"", "http://game:8900/api/", "secret"});
    ASSERT_EQ(worlds.size(), 1U);
    EXPECT_EQ(worlds[0].name, "default");
    EXPECT_EQ(worlds[0].url, "http://game:8900/api");
    EXPECT_EQ(worlds[0].api_key, "secret");
}

TEST_F(Worlds, AreThoseOfTheFileInItsOrder) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
    ASSERT_EQ(setenv("WORLDS_TEST_KEY", "from-the-environment", 1), 0);
    const std::string key_file = folder_.write("key", "from-the-file\n");
    const auto worlds =
        read(R"([{"name":"west","url":"https://user:pw@west.example/","api_key_env":"WORLDS_TEST_KEY"},)"
             R"({"name":"east-2","url":"http://[::1]:80","api_key_file":")" +
             key_file + R"("},{"name":"0","url":"HTTP://h"}])");
    ASSERT_EQ(worlds.size(), 3U);
    EXPECT_EQ(worlds[0].name, "west");
    EXPECT_EQ(worlds[0].url, "https://user:pw@west.example");
    EXPECT_EQ(worlds[0].api_key, "from-the-environment");
    EXPECT_EQ(worlds[1].name, "east-2");
    EXPECT_EQ(worlds[1].api_key, "from-the-file");
    EXPECT_EQ(worlds[2].api_key, "");
}

TEST_F(Worlds, TellAllErrorsAtOnceWithEntryAndField) {
    const std::string errors = errors_of(R"([{"name":"a","url":"http://a"},5,{"name":"a","url":"ftp://u:hidden@h"},)"
                                         R"({"name":"B","url":7,"color":1},{"api_key_env":"WORLDS_TEST_NOT_SET"},)"
                                         R"({"name":"c","url":"http://c","api_key_file":"/does/not/exist"}])");
    EXPECT_THAT(errors, HasSubstr("worlds.json': entry 2: must be an object\n"));
    EXPECT_THAT(errors, HasSubstr("entry 3, name: 'a' is there twice\n"));
    EXPECT_THAT(errors, HasSubstr("entry 3, url: must be http(s)://"));
    EXPECT_THAT(errors, HasSubstr("entry 4, name: must match ^[a-z0-9][a-z0-9-]{0,31}$\n"));
    EXPECT_THAT(errors, HasSubstr("entry 4, url: must be a text\n"));
    EXPECT_THAT(errors, HasSubstr("entry 4, color: is unknown\n"));
    EXPECT_THAT(errors, HasSubstr("entry 5, name: is missing\n"));
    EXPECT_THAT(errors, HasSubstr("entry 5, url: is missing\n"));
    EXPECT_THAT(errors, HasSubstr("entry 5, api_key_env: that variable is not set\n"));
    EXPECT_THAT(errors, HasSubstr("entry 6, api_key_file: cannot read '/does/not/exist'"));
    EXPECT_THAT(errors, Not(HasSubstr("hidden")));
    EXPECT_THAT(errors, Not(HasSubstr("entry 1")));
    EXPECT_NE(errors.back(), '\n');
}

TEST_F(Worlds, RefuseNamesAndUrlsThatCannotBe) {
    for (const char* name : {"", "-a", "A", "a_b", "a b", "123456789012345678901234567890123", "a\\n"}) {
        EXPECT_THAT(errors_of(R"([{"url":"http://a","name":")" + std::string(name) + "\"}]"), HasSubstr("name: "))
            << name;
    }
    for (const char* url : {"",
                            "game",
                            "http://",
                            "http:///x",
                            "http://a b",
                            "http://a?x=1",
                            "http://a#x",
                            "http://a:b",
                            "http://a:123456",
                            "//a",
                            "file:///etc/passwd",
                            "http://a/b c",
                            "http://a\\nb"}) {
        EXPECT_THAT(errors_of(R"([{"name":"a","url":")" + std::string(url) + "\"}]"), HasSubstr("url: ")) << url;
    }
}

TEST_F(Worlds, RefuseFilesThatAreNoList) {
    for (const char* content : {"", " ", "{}", "[]", "null", "[{]", R"([{"name":"a","url":"http://a"}] x)", "\xff"}) {
        EXPECT_THAT(errors_of(content), HasSubstr("CCC_WORLDS_FILE '")) << content;
    }
    EXPECT_THAT(errors_of({"/does/not/exist", "http://a", ""}), HasSubstr("No such file"));
    EXPECT_THAT(errors_of({folder_.path(), "", ""}), HasSubstr("cannot be read"));
}

TEST_F(Worlds, RefuseKeysThatNoHeaderMayHoldWithoutShowingThem) {
    const std::string key_file = folder_.write("key", "hidden\r\nX-Evil: 1");
    const std::string empty_file = folder_.write("empty", "\n");
    const auto entry = [](const std::string& path) {
        return R"([{"name":"a","url":"http://a","api_key_file":")" + path + "\"}]";
    };
    EXPECT_THAT(errors_of(entry(key_file)), HasSubstr("api_key_file: the key has a character that no header may have"));
    EXPECT_THAT(errors_of(entry(key_file)), Not(HasSubstr("hidden")));
    EXPECT_THAT(errors_of(entry(empty_file)), HasSubstr("that file is empty"));
    EXPECT_THAT(errors_of(R"([{"name":"a","url":"http://a","api_key_env":"HOME","api_key_file":"/k"}])"),
                HasSubstr("api_key_env: and api_key_file are both given"));
    const std::string errors = errors_of({"", "", "hidden key"});
    EXPECT_EQ(errors,
              "CCC_API_URL: is not set, nor is CCC_WORLDS_FILE\n"
              "CCC_API_KEY: the key has a character that no header may have");
}

}  // namespace
}  // namespace watchtower::collector
