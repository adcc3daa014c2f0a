#include "common/http/client.hpp"

#include <future>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::SilentListener;
using testing::HasSubstr;
using testing::Not;

std::string gzip(const std::string& text) {
    constexpr int kGzipWindow = 15 + 16;
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::vector<Route> routes() {
    const auto plain = [](const Request&) { return Reply::text("hello").with("X-A", "1").with("x-a", "2"); };
    const auto zipped = [](const Request& r) {
        if (r.header("accept-encoding").value_or("").find("gzip") == std::string_view::npos) {
            return Reply::text("not asked for gzip");
        }
        return Reply::text(gzip(std::string(2'000'000, 'z'))).with("Content-Encoding", "gzip");
    };
    const auto broken = [](const Request&) { return Reply::text("no gzip").with("Content-Encoding", "gzip"); };
    const auto echo = [](const Request& r) {
        return Reply::text(r.body + "|" + std::string(r.header("authorization").value_or("")) + "|" +
                           std::string(r.header("content-type").value_or("")));
    };
    const auto moved = [](const Request&) -> Reply { throw HttpError(302, "", {{"Location", "/plain"}}); };
    const auto busy = [](const Request&) -> Reply { throw HttpError(429, "", {{"Retry-After", "7"}}); };
    return {{Method::get, "/plain", plain, "", {}},
            {Method::get, "/gzip", zipped, "", {}},
            {Method::get, "/broken", broken, "", {}},
            {Method::post, "/echo", echo, "", {}},
            {Method::get, "/moved", moved, "", {}},
            {Method::get, "/busy", busy, "", {}}};
}

class HttpClient : public testing::Test {
protected:
    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
    }
    FetchResult get(const std::string& path, const FetchOptions& options = {}) {
        return client_.get(url(path), options);
    }

    Server server_{{}, routes()};
    Client client_;
};

/// A server of one connection that sends these bytes and closes, or with `pause` between them one by one.
class Scripted {
public:
    explicit Scripted(std::string bytes, std::chrono::milliseconds pause = 0ms)
        : thread_([this, bytes = std::move(bytes), pause] { serve(bytes, pause); }) {}
    ~Scripted() { thread_.join(); }
    Scripted(const Scripted&) = delete;
    Scripted& operator=(const Scripted&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()) + "/x"; }

private:
    void serve(const std::string& bytes, std::chrono::milliseconds pause) const {
        const int fd = listener_.accept();
        std::string request(4096, '\0');
        (void)!::recv(fd, request.data(), request.size(), 0);
        const std::size_t step = pause == 0ms ? bytes.size() : 1;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            if (::send(fd, bytes.data() + at, std::min(step, bytes.size() - at), MSG_NOSIGNAL) < 0) {
                break;
            }
            std::this_thread::sleep_for(pause);  // how slow this server is, not a wait for something
        }
        ::close(fd);
    }

    SilentListener listener_;
    std::thread thread_;
};

TEST_F(HttpClient, GetsStatusBodyAndHeaders) {
    const auto result = get("/plain");
    EXPECT_EQ(result.error, FetchError::none) << result.reason;
    EXPECT_EQ(result.status, 200);
    EXPECT_EQ(result.body, "hello");
    EXPECT_GE(result.body.capacity(), result.body.size() + 64);
    EXPECT_EQ(result.header("content-length"), "5");
    EXPECT_EQ(result.header("x-a"), "1");
    EXPECT_EQ(result.header("nothing"), std::nullopt);
    EXPECT_GT(result.duration.count(), 0);
}

TEST_F(HttpClient, PostsABodyWithTheCallersHeaders) {
    FetchOptions options;
    options.headers = {{"Authorization", "Bearer key"}, {"Content-Type", "application/json"}};
    EXPECT_EQ(client_.post(url("/echo"), "{}", options).body, "{}|Bearer key|application/json");
    EXPECT_EQ(client_.post(url("/echo"), std::string(60'000, 'a'), options).body.size(), 60'000 + 28U);
    EXPECT_EQ(get("/plain").body, "hello") << "a post leaves nothing behind";
}

TEST_F(HttpClient, Decompresses) {
    const auto result = get("/gzip");
    EXPECT_EQ(result.error, FetchError::none) << result.reason;
    EXPECT_TRUE(result.body == std::string(2'000'000, 'z'));
    EXPECT_GE(result.body.capacity(), result.body.size() + 64);
    EXPECT_EQ(get("/broken").error, FetchError::network);
}

TEST_F(HttpClient, CountsTheBoundAfterDecompression) {
    FetchOptions options;
    options.max_body_bytes = 1'999'999;
    const auto result = get("/gzip", options);
    EXPECT_EQ(result.error, FetchError::too_large);
    EXPECT_EQ(result.status, 0);
    EXPECT_TRUE(result.body.empty());
    options.max_body_bytes = 2'000'000;
    EXPECT_EQ(get("/gzip", options).error, FetchError::none);
    options.max_body_bytes = 4;
    EXPECT_EQ(get("/plain", options).error, FetchError::too_large);
}

TEST_F(HttpClient, TakesErrorsAndRedirectsForResults) {
    const auto moved = get("/moved");
    EXPECT_EQ(moved.error, FetchError::none);
    EXPECT_EQ(moved.status, 302);
    EXPECT_EQ(get("/nothing").status, 404);
    const auto busy = get("/busy");
    EXPECT_EQ(busy.status, 429);
    EXPECT_EQ(busy.retry_after, 7s);
    EXPECT_EQ(get("/plain").retry_after, std::nullopt);
}

TEST_F(HttpClient, RecoversAfterTheServerComesBack) {
    ServerOptions options;
    auto server = std::make_unique<Server>(options, routes());
    options.port = server->port();
    const auto address = "http://127.0.0.1:" + std::to_string(options.port) + "/plain";
    EXPECT_EQ(client_.get(address, {}).status, 200);
    server.reset();
    const auto away = client_.get(address, {});
    EXPECT_EQ(away.error, FetchError::network);
    EXPECT_THAT(away.reason, HasSubstr("127.0.0.1:" + std::to_string(options.port)));
    server = std::make_unique<Server>(options, routes());
    EXPECT_EQ(client_.get(address, {}).status, 200);
}

TEST(HttpClientAndOddServers, TimesOutOnAFrozenOne) {
    const SilentListener frozen;
    FetchOptions options;
    options.timeout = 200ms;
    Client client;
    const auto result = client.get("http://127.0.0.1:" + std::to_string(frozen.port()) + "/", options);
    EXPECT_EQ(result.error, FetchError::timeout);
    EXPECT_GE(result.duration, 200ms);
}

TEST(HttpClientAndOddServers, TimesOutOnOneThatDrips) {
    const Scripted dripping("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'), 10ms);
    FetchOptions options;
    options.timeout = 300ms;
    Client client;
    EXPECT_EQ(client.get(dripping.url(), options).error, FetchError::timeout);
}

TEST(HttpClientAndOddServers, TakesATruncatedBodyForAFailure) {
    Client client;
    for (const std::string bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
                                    "HTTP/1.1 200 OK\r\nContent-Le",
                                    "",
                                    "nonsense\r\n"}) {
        const Scripted server(bytes);
        const auto result = client.get(server.url(), {});
        EXPECT_EQ(result.error, FetchError::network) << bytes;
        EXPECT_TRUE(result.body.empty());
        EXPECT_EQ(result.status, 0);
    }
}

TEST(HttpClientAndOddServers, BoundsABodyWithoutALength) {
    const Scripted server("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x'));
    FetchOptions options;
    options.max_body_bytes = 50'000;
    Client client;
    EXPECT_EQ(client.get(server.url(), options).error, FetchError::too_large);
}

TEST(HttpClientAndOddServers, StopsAtOnce) {
    const SilentListener frozen;
    std::stop_source stop;
    FetchOptions options;
    options.timeout = 60s;
    options.stop = stop.get_token();
    const auto address = "http://127.0.0.1:" + std::to_string(frozen.port()) + "/";
    auto waiting = std::async(std::launch::async, [&] { return Client().get(address, options); });
    const int accepted = frozen.accept();
    EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
    stop.request_stop();
    ASSERT_EQ(waiting.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(waiting.get().error, FetchError::timeout);
    EXPECT_EQ(Client().get(address, options).error, FetchError::timeout) << "stopped before it began";
    ::close(accepted);
}

TEST(HttpClientAndOddServers, NeverTellsWhatTheUrlHidesInAReason) {
    const int port = [] {
        const SilentListener gone;
        return gone.port();
    }();
    const auto place = "127.0.0.1:" + std::to_string(port);
    Client client;
    for (const std::string& url : {"http://user:secret@" + place + "/x?token=secret",
                                   "http://secret@" + place + "/",
                                   std::string("http://user:secret@ bad host/"),
                                   std::string("http://user:secret@no.such.host.invalid/"),
                                   std::string("secret"),
                                   std::string("ftp://user:secret@127.0.0.1/"),
                                   std::string("file:///secret")}) {
        const auto result = client.get(url, {});
        EXPECT_EQ(result.error, FetchError::network) << url;
        EXPECT_THAT(result.reason, testing::StartsWith("http"));
        if (url != "secret" && url != "file:///secret") {
            EXPECT_THAT(result.reason, Not(HasSubstr("secret")));
        }
    }
}

TEST(HttpClientAndOddServers, RefusesHeadersWithLineBreaks) {
    FetchOptions options;
    options.headers = {{"Authorization", "Bearer a\r\nX: b"}};
    EXPECT_THROW((void)Client().get("http://127.0.0.1:1/", options), BadInput);
}

}  // namespace
}  // namespace watchtower::http
