#include "services/api-gateway/rendered.hpp"

#include <gtest/gtest.h>

#include "services/api-gateway/accept.hpp"
#include "tests/unit/api_gateway/gunzip.hpp"

namespace watchtower::gateway {
namespace {

const TimePoint kTick(std::chrono::milliseconds(1765197240000));

http::Request request_with(std::string name, std::string value) {
    http::Request request;
    request.headers.emplace_back(std::move(name), std::move(value));
    return request;
}

std::string header_of(const http::Reply& reply, const std::string& name) {
    for (const auto& [key, value] : reply.headers) {
        if (key == name) {
            return value;
        }
    }
    return "";
}

TEST(Rendered, CompressesToWhatItWas) {
    std::string text;
    for (int i = 0; i < 5000; ++i) {
        text += R"({"player)" + std::to_string(i * 7919) + R"(":{"move":)" + std::to_string(i) + "}}";
    }
    EXPECT_EQ(test::gunzip(*render(text, kTick).gzip), text);
}

TEST(Rendered, HasNoGzipFormWhereItWouldBeLonger) {
    EXPECT_FALSE(render("{}", kTick).gzip);
    EXPECT_TRUE(render(std::string(1000, 'a'), kTick).gzip);
}

TEST(Rendered, TagsTellTicksBodiesAndFormsApart) {
    const std::string body(1000, 'a');
    const http::Request plain;
    const auto compressed = request_with("accept-encoding", "gzip");
    const auto tag = [&](const Rendered& rendered, const http::Request& request) {
        return header_of(reply_with(rendered, request), "ETag");
    };
    const std::string of_plain = tag(render(body, kTick), plain);
    EXPECT_EQ(of_plain, tag(render(body, kTick), plain));
    EXPECT_NE(of_plain, tag(render(body, kTick), compressed));
    EXPECT_NE(of_plain, tag(render(body + 'a', kTick), plain));
    EXPECT_NE(of_plain, tag(render(body, kTick + Milliseconds(1)), plain));
    EXPECT_EQ(of_plain.front(), '"') << "strong";
    EXPECT_EQ(of_plain.back(), '"');
}

TEST(Rendered, SendsTheFormThatTheClientTakes) {
    const Rendered rendered = render(std::string(1000, 'a'), kTick);
    const http::Reply compressed = reply_with(rendered, request_with("accept-encoding", "br, gzip;q=0.5"));
    EXPECT_EQ(header_of(compressed, "Content-Encoding"), "gzip");
    EXPECT_EQ(header_of(compressed, "Vary"), "Accept-Encoding");
    EXPECT_EQ(test::gunzip(*compressed.body), *rendered.plain);
    const http::Reply plain = reply_with(rendered, http::Request());
    EXPECT_EQ(header_of(plain, "Content-Encoding"), "");
    EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding");
    EXPECT_EQ(plain.body, rendered.plain) << "shared, not copied";
}

TEST(Accept, WeighsNames) {
    EXPECT_EQ(quality("a, b;q=0.25,c;x=1;q=1.000", "a"), 1000);
    EXPECT_EQ(quality("a, b;q=0.25,c;x=1;q=1.000", "b"), 250);
    EXPECT_EQ(quality("a, b;q=0.25,c;x=1;q=1.000", "C"), 1000);
    EXPECT_EQ(quality("a, b", "d"), std::nullopt);
    EXPECT_EQ(quality("a;q=2", "a"), 0);
    EXPECT_EQ(quality("a;q=0.1234", "a"), 0);
    EXPECT_EQ(quality(",,;,a", "a"), 1000);
}

TEST(Accept, GivesThePageToBrowsersOnly) {
    EXPECT_TRUE(prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
    EXPECT_FALSE(prefers_html("*/*"));
    EXPECT_FALSE(prefers_html(""));
    EXPECT_FALSE(prefers_html("application/json"));
    EXPECT_FALSE(prefers_html("application/json, text/html;q=0.9"));
    EXPECT_FALSE(prefers_html("text/html;q=0"));
}

}  // namespace
}  // namespace watchtower::gateway
