#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/functional/publisher/fast_collector.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/nats_stream.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr seconds kDeadline{60};
constexpr Milliseconds kInterval{500};

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

/// A publisher and a NATS server that does not let everybody in.
class NatsAccess : public testing::Test {
protected:
    NatsAccess() {
        auto state = sample_state("default", tick_at_or_before(SystemClock().now(), seconds(1)) + seconds(600));
        state.interval = seconds(1);
        stores_.put(state);
    }

    void serve(NatsServer::Options options) {
        stores_.nats.stop();
        stores_.nats.set_options(std::move(options));
        stores_.nats.start();
    }

    [[nodiscard]] Service start(const std::string& nats_url,
                                const std::map<std::string, std::string>& more = {}) const {
        std::map<std::string, std::string> environment = {{"DATABASE_URL", stores_.reader_url()},
                                                          {"REDIS_URL", stores_.redis.url()},
                                                          {"NATS_URL", nats_url},
                                                          {"LOG_LEVEL", "debug"},
                                                          {"PUBLISH_INTERVAL", "0.5"}};
        environment.insert(more.begin(), more.end());
        return Service("publisher", {.environment = environment, .listener = "management-port"});
    }

    static double published(Service& publisher) {
        return publisher.metric(R"(watchtower_publications_total{result="published",world="default"})").value_or(0);
    }

    static testing::AssertionResult publishes(Service& publisher) {
        const double before = published(publisher);
        return eventually(
            kDeadline, [&] { return published(publisher) > before; }, [&] { return publisher.output(); });
    }

    /// Whether it finds that it may not, or will not, and says so.
    static testing::AssertionResult stays_out(Service& publisher) {
        const auto is_told = eventually(
            kDeadline,
            [&] {
                const std::string log = publisher.output();
                return log.find(R"("event":"dependency_down","dependency":"nats")") != std::string::npos;
            },
            [&] { return publisher.output(); });
        if (!is_told) {
            return is_told;
        }
        return published(publisher) == 0 && publisher.metric(R"(watchtower_dependency_up{dependency="nats"})") == 0
                   ? testing::AssertionSuccess()
                   : testing::AssertionFailure() << publisher.output();
    }

    WorldStores stores_;
};

TEST_F(NatsAccess, IsByUserAndPassword) {
    serve({.user = "watchtower", .password = "p@ss/w:rd"});
    Service publisher = start(stores_.nats.url());
    EXPECT_TRUE(publishes(publisher));
    Service other = start("nats://watchtower:wr0ng-s3cret@127.0.0.1:" + std::to_string(stores_.nats.port()));
    EXPECT_TRUE(stays_out(other));
    for (const char* secret : {"p@ss", "w:rd", "w%3Ard", "wr0ng"}) {
        EXPECT_THAT(publisher.output() + other.output(), Not(HasSubstr(secret)));
    }
}

TEST_F(NatsAccess, IsByToken) {
    serve({.token = "t0ken-of-ours"});
    Service publisher = start(stores_.nats.url());
    EXPECT_TRUE(publishes(publisher));
    Service other = start("nats://an0ther-t0ken@127.0.0.1:" + std::to_string(stores_.nats.port()));
    EXPECT_TRUE(stays_out(other));
    EXPECT_THAT(publisher.output() + other.output(), Not(HasSubstr("t0ken")));
}

TEST_F(NatsAccess, IsByACredentialsFile) {
    const TemporaryFolder folder;
    Process maker({.command = {"node", WATCHTOWER_MAKE_CREDENTIALS, folder.path().string()},
                   .environment = {},
                   .output = folder.path() / "output",
                   .user = {},
                   .folder = {}});
    ASSERT_EQ(maker.wait(kDeadline), 0) << maker.output();
    NatsServer::Options options;
    options.more = content_of(folder.path() / "server.conf");
    serve(options);
    Service publisher = start(stores_.nats.url(), {{"NATS_CREDS_FILE", folder.path() / "user.creds"}});
    EXPECT_TRUE(publishes(publisher));
    Service other = start(stores_.nats.url(), {{"NATS_CREDS_FILE", folder.path() / "other.creds"}});
    EXPECT_TRUE(stays_out(other));
    Service none = start(stores_.nats.url());
    EXPECT_TRUE(stays_out(none));
    Service missing = start(stores_.nats.url(), {{"NATS_CREDS_FILE", folder.path() / "missing.creds"}});
    EXPECT_TRUE(stays_out(missing));
    std::istringstream words(content_of(folder.path() / "user.creds") + content_of(folder.path() / "other.creds"));
    for (std::string word; words >> word;) {
        if (word.size() > 50) {  // the seeds and the tokens
            EXPECT_THAT(publisher.output() + other.output() + none.output(), Not(HasSubstr(word)));
        }
    }
}

TEST_F(NatsAccess, IsByTlsOrNotAtAllWhereTlsIsAskedFor) {
    serve({.user = "watchtower", .password = "s3cret", .tls = true});
    NatsServer::Options of_another;
    of_another.tls = true;
    const NatsServer another(of_another);
    const std::string ours = stores_.nats.ca_file().string();
    const std::string port = std::to_string(stores_.nats.port());
    Service publisher = start(stores_.nats.url(), {{"NATS_CA_FILE", ours}});
    EXPECT_TRUE(publishes(publisher));
    Service without_ca = start(stores_.nats.url());
    EXPECT_TRUE(stays_out(without_ca)) << "nobody vouches for the server";
    Service wrong_ca = start(stores_.nats.url(), {{"NATS_CA_FILE", another.ca_file().string()}});
    EXPECT_TRUE(stays_out(wrong_ca));
    Service wrong_name = start("tls://watchtower:s3cret@127.1:" + port, {{"NATS_CA_FILE", ours}});
    EXPECT_TRUE(stays_out(wrong_name)) << "the certificate is for 127.0.0.1";
    for (Service* one : {&publisher, &without_ca, &wrong_ca, &wrong_name}) {
        EXPECT_THAT(one->output(), Not(HasSubstr("s3cret")));
    }
    const NatsServer plain;
    const NatsInbox inbox(plain.url(), ">");
    Service asks_by_url = start("tls://127.0.0.1:" + std::to_string(plain.port()));
    EXPECT_TRUE(stays_out(asks_by_url));
    Service asks_by_file = start(plain.url(), {{"NATS_CA_FILE", ours}});
    EXPECT_TRUE(stays_out(asks_by_file));
    EXPECT_TRUE(inbox.messages().empty());
}

TEST_F(NatsAccess, MayBeToAnyServerOfACluster) {
    std::vector<int> ports;
    std::string routes;
    for (int i = 0; i < 3; ++i) {
        ports.push_back(free_port());
        routes += "\"nats-route://127.0.0.1:" + std::to_string(ports.back()) + "\", ";
    }
    const auto member = [&](std::size_t i) {
        NatsServer::Options options;
        options.jetstream = true;
        options.more = "server_name: n" + std::to_string(i) +
                       "\ncluster { name: ours, listen: \"127.0.0.1:" + std::to_string(ports[i]) + "\", routes: [ " +
                       routes + "] }";
        return options;
    };
    serve(member(0));
    NatsServer second(member(1));
    NatsServer third(member(2));
    ASSERT_TRUE(eventually(kDeadline, [&] {
        make_stream(third.url(), "WATCHTOWER", {"metrics.watchtower"}, 3);
        return true;
    }));
    const FastCollector collector(stores_, kInterval);
    const Service publisher = start(second.url() + "," + third.url() + "," + stores_.nats.url());
    const auto times = [&] { return publication_times(read_stream(third.url(), "WATCHTOWER", "metrics.watchtower")); };
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return times().size() >= 3; }, [&] { return publisher.output(); }));
    second.kill();
    const TimePoint since = collector.newest();
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return times().back() >= since + 6 * kInterval; }, [&] { return publisher.output(); }));
    EXPECT_EQ(gaps(times(), kInterval), "");
}

}  // namespace
}  // namespace watchtower::test
