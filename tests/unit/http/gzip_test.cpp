#include "common/http/gzip.hpp"

#include <zlib.h>

#include <gtest/gtest.h>

namespace watchtower::http {
namespace {

/// Decompresses exactly one gzip member that ends with the text; checks CRC and length as zlib does.
std::string gunzip(std::string compressed, std::size_t text_bytes) {
    std::string text(text_bytes + 1, '\0');
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(compressed.data());
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.avail_in, 0U);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

/// Text that compresses badly.
std::string noise(std::size_t bytes) {
    std::string text;
    std::uint64_t value = 1;
    while (text.size() < bytes) {
        value = value * 6364136223846793005ULL + 1442695040888963407ULL;
        text += static_cast<char>(value >> 56U);
    }
    return text;
}

Request accepting(const std::string& encodings) {
    Request request;
    request.headers = {{"accept-encoding", encodings}};
    return request;
}

TEST(Gzip, GivesBackWhatWentIn) {
    for (const std::string& text :
         {std::string(), std::string("a"), std::string(100'000, 'x'), noise(300'000), std::string("\0\n", 2)}) {
        const GzipPart part = compress(text);
        EXPECT_EQ(gunzip(gzip({&part}), text.size()), text) << text.size();
    }
}

TEST(Gzip, JoinsPartsIntoOneMember) {
    const std::string repeated(5'000, 'r');
    const std::string random = noise(70'000);
    const GzipPart first = compress(repeated, 9);
    const GzipPart second = compress(random, 1);
    const GzipPart empty = compress("");
    EXPECT_EQ(gunzip(gzip({&first, &second, &empty, &first}), 2 * repeated.size() + random.size()),
              repeated + random + repeated);
    EXPECT_EQ(gunzip(gzip({}), 0), "");
}

TEST(Gzip, MakesTextSmaller) {
    const GzipPart part = compress(std::string(100'000, 'x'));
    EXPECT_LT(gzip({&part}).size(), 1'000U);
}

TEST(AcceptsGzip, WhenTheHeaderNamesItWithAWeight) {
    for (const char* encodings :
         {"gzip", "GZIP", "deflate, gzip", "br;q=1.0,gzip;q=0.001", "*", "identity;q=0.5, *;q=0.1", "gzip ; q=1"}) {
        EXPECT_TRUE(accepts_gzip(accepting(encodings))) << encodings;
    }
}

TEST(AcceptsGzip, NotOtherwise) {
    for (const char* encodings : {"",
                                  "identity",
                                  "br",
                                  "gzip;q=0",
                                  "gzip;q=0.000",
                                  "gzip; Q=0",
                                  "*;q=0",
                                  "gzip;q=0, *",
                                  ",,;",
                                  "xgzip",
                                  "gzi"}) {
        EXPECT_FALSE(accepts_gzip(accepting(encodings))) << encodings;
    }
    EXPECT_FALSE(accepts_gzip(Request{}));
}

}  // namespace
}  // namespace watchtower::http
