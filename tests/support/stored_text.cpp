#include "tests/support/stored_text.hpp"

#include <map>
#include <stdexcept>
#include <vector>

#include "common/base/error.hpp"
#include "common/redis/client.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {

namespace {

void append(std::string& text, const redis::Reply& reply) {
    if (reply.is_nil()) {
        return;
    }
    try {
        text += reply.text() + "\n";
    } catch (const Error&) {  // not a text, then a list of them
        for (const redis::Reply& item : reply.array()) {
            append(text, item);
        }
    }
}

/// The command that shows a key of this type, without the key.
std::vector<std::string> question(const std::string& type) {
    static const std::map<std::string, std::vector<std::string>> kQuestions = {{"string", {"GET"}},
                                                                               {"hash", {"HGETALL"}},
                                                                               {"list", {"LRANGE", "0", "-1"}},
                                                                               {"set", {"SMEMBERS"}},
                                                                               {"zset", {"ZRANGE", "0", "-1"}},
                                                                               {"stream", {"XRANGE", "-", "+"}}};
    return kQuestions.at(type);
}

}  // namespace

std::string everything_in(const PostgresServer& postgres) {
    const TemporaryFolder folder;
    Process dump({.command = {find_program("pg_dump"), "--dbname=" + postgres.url("watchtower", "postgres")},
                  .environment = {},
                  .output = folder.path() / "dump",
                  .user = {},
                  .folder = folder.path()});
    if (dump.wait(std::chrono::seconds(30)) != 0) {
        throw std::runtime_error("pg_dump: " + dump.output());
    }
    return dump.output();
}

std::string everything_in(const RedisServer& redis) {
    redis::Client client({.url = redis.url()});
    std::string text;
    for (const redis::Reply& key : client.command({"KEYS", "*"}).array()) {
        std::vector<std::string> words = question(client.command({"TYPE", key.text()}).text());
        words.insert(words.begin() + 1, key.text());
        const std::vector<std::string_view> views(words.begin(), words.end());
        text += key.text() + "\n";
        append(text, client.command(views));
    }
    return text;
}

}  // namespace watchtower::test
