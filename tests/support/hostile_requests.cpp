#include "tests/support/hostile_requests.hpp"

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string_view>

#include "tests/support/raw_client.hpp"

namespace watchtower::test {

namespace {

using namespace std::string_literals;

using Table = std::vector<HostileRequest>;

const std::string kHost = "Host: a\r\n";
const std::string kGood = "GET /health HTTP/1.1\r\n" + kHost + "\r\n";

std::string get(const std::string& target, const std::string& headers = "") {
    return "GET " + target + " HTTP/1.1\r\n" + kHost + headers + "\r\n";
}

std::string post(const std::string& headers, const std::string& body = "") {
    return "POST /api/v1/metrics/collect HTTP/1.1\r\n" + kHost + headers + "\r\n" + body;
}

std::string chunked(const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

/// What two servers in a row might cut in two ways: nothing that follows may be answered as a request.
Table smuggling() {
    const std::string length = "Content-Length: ";
    const std::string encoding = "Transfer-Encoding: ";
    const std::string end = "0\r\n\r\n";
    return {
        {"cl.te", post(length + "6\r\n" + encoding + "chunked\r\n", end + kGood), {400}},
        {"te.cl", post(encoding + "chunked\r\n" + length + "4\r\n", "5c\r\n" + kGood + end), {400}},
        {"te.te", post(encoding + "chunked\r\n" + encoding + "identity\r\n", end + kGood), {400}},
        {"te twice", post(encoding + "chunked\r\n" + encoding + "chunked\r\n", end + kGood), {400}},
        {"te list", post(encoding + "chunked, identity\r\n", end + kGood), {501}},
        {"te gzip", post(encoding + "gzip, chunked\r\n", end + kGood), {501}},
        {"te odd", post(encoding + "xchunked\r\n", end + kGood), {501}},
        {"te with tab", post("Transfer-Encoding:\tchunked\r\n", end + kGood), {403, 200}},
        {"te with vertical tab", post(encoding + "\x0B" + "chunked\r\n", end + kGood), {400}},
        {"te with space before colon", post("Transfer-Encoding : chunked\r\n", end + kGood), {400}},
        {"te folded", post("Transfer-Encoding:\r\n chunked\r\n", end + kGood), {400}},
        {"te after bare LF", post("X: y\nTransfer-Encoding: chunked\r\n", end + kGood), {400}},
        {"te after bare CR", post("X: y\rTransfer-Encoding: chunked\r\n", end + kGood), {400}},
        {"te with empty element", post(encoding + "chunked,\r\n", end + kGood), {501}},
        {"te with parameter", post(encoding + "chunked;q=1\r\n", end + kGood), {501}},
        {"te empty", post(encoding + "\r\n", end + kGood), {501}},
        {"te with underscore", post("Transfer_Encoding: chunked\r\n" + length + "5\r\n", end + kGood), {403, 200}},
        {"te in 1.0", "POST / HTTP/1.0\r\n" + encoding + "chunked\r\n\r\n" + end + kGood, {400}},
        {"te quoted", post(encoding + "\"chunked\"\r\n", end + kGood), {501}},
        {"two lengths", post(length + "3\r\n" + length + "4\r\n", "abcd" + kGood), {400}},
        {"two equal lengths", post(length + "3\r\n" + length + "3\r\n", "abc" + kGood), {400}},
        {"length list", post(length + "3, 3\r\n", "abc" + kGood), {400}},
        {"length with sign", post(length + "+3\r\n", "abc" + kGood), {400}},
        {"length negative", post(length + "-3\r\n", kGood), {400}},
        {"length hexadecimal", post(length + "0x3\r\n", "abc" + kGood), {400}},
        {"length with space", post(length + "3 3\r\n", "abc" + kGood), {400}},
        {"length empty", post(length + "\r\n", "abc" + kGood), {400}},
        {"length with fraction", post(length + "3.0\r\n", "abc" + kGood), {400}},
        {"length wraps", post(length + "18446744073709551617\r\n", "a" + kGood), {413}},
        {"length folded", post("Content-Length:\r\n 3\r\n", "abc" + kGood), {400}},
        {"length with space before colon", post("Content-Length : 3\r\n", "abc" + kGood), {400}},
        {"length with NUL", post("Content-Length: 3" + "\0"s + "\r\n", "abc" + kGood), {400}},
        {"length with zeros in front", post(length + "0003\r\n", "abc" + kGood), {403, 200}},
        {"length of get", get("/health", length + "4\r\n") + "GET " + kGood, {200, 200}},
        {"body like a request", post(length + std::to_string(kGood.size()) + "\r\n", kGood), {403}},
        {"refused body like a request", post(length + "70000\r\n", kGood), {413}},
        {"header name with LF", "GET /health HTTP/1.1\r\n" + kHost + "X\n: y\r\n\r\n" + kGood, {400}},
        {"request line with header", "GET /health HTTP/1.1 X: y\r\n" + kHost + "\r\n" + kGood, {400}},
    };
}

Table chunks() {
    return {
        {"chunk size not hexadecimal", chunked("zz\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk size negative", chunked("-3\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk size prefixed", chunked("0x3\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk size missing", chunked("\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk size huge", chunked("ffffffffffffffff\r\nabc\r\n0\r\n\r\n" + kGood), {413}},
        {"chunk size too long", chunked("1000000000000000000000\r\nabc\r\n0\r\n\r\n" + kGood), {413}},
        {"chunk size endless", chunked(std::string(100'000, '0')), {400}},
        {"chunk size with zeros in front", chunked("0000003\r\nabc\r\n0\r\n\r\n" + kGood), {403, 200}},
        {"chunk size with space in front", chunked(" 3\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk size with space behind", chunked("3 \r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk size with underscore", chunked("1_0\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk too short", chunked("5\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk too long", chunked("2\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk with bare LF", chunked("3\nabc\n0\n\n" + kGood), {400}},
        {"chunk extension with bare LF", chunked("3;a\nb\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk extension endless", chunked("3;" + std::string(100'000, 'a')), {400}},
        {"chunk extension with quoted line end", chunked("3;a=\"\r\n\"\r\nabc\r\n0\r\n\r\n" + kGood), {400}},
        {"chunk extension with NUL", chunked("3;a=\0\r\nabc\r\n0\r\n\r\n"s + kGood), {400}},
        {"chunk extension after space", chunked("3 ;a\r\nabc\r\n0\r\n\r\n" + kGood), {403, 200}},
        {"chunk extensions", chunked("3;a=b;c\r\nabc\r\n0;d\r\n\r\n" + kGood), {403, 200}},
        {"chunks too many", chunked(repeated("1\r\na\r\n", 70'000)), {413}},
        {"chunks without the last line end", chunked("3\r\nabc\r\n0\r\n" + kGood), {400}},
        {"chunks to get",
         get("/health", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n" + kGood,
         {200, 200}},
        {"chunk never comes", chunked("3\r\nab"), {}},
        {"trailers", chunked("0\r\nContent-Length: 5\r\n\r\n" + kGood), {403, 200}},
        {"trailer that frames", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n" + kGood), {403, 200}},
        {"trailer without colon", chunked("0\r\nGET /health HTTP/1.1\r\n\r\n" + kGood), {400}},
        {"trailer folded", chunked("0\r\nX: y\r\n z\r\n\r\n" + kGood), {400}},
        {"trailers endless", chunked("0\r\n" + repeated("X: y\r\n", 20'000)), {431}},
    };
}

Table heads() {
    return {
        {"header without colon", get("/health", "nonsense\r\n"), {400}},
        {"header without name", get("/health", ": x\r\n"), {400}},
        {"header folded", get("/health", "X: y\r\n z\r\n"), {400}},
        {"header with NUL", get("/health", "X: \0\r\n"s), {400}},
        {"header with bell", get("/health", "X: \a\r\n"), {400}},
        {"header with DEL", get("/health", "X: \x7F\r\n"), {400}},
        {"header name with UTF-8", get("/health", "X\xC3\xA9: y\r\n"), {400}},
        {"header value not UTF-8", get("/health", "X: \xFF\xFE\r\n"), {200}},
        {"header large", get("/health", "X: " + std::string(20'000, 'a') + "\r\n"), {431}},
        {"header endless", "GET /health HTTP/1.1\r\nX: " + std::string(2'000'000, 'a'), {431}},
        {"headers many", get("/health", repeated("X: y\r\n", 200)), {431}},
        {"headers endless", "GET /health HTTP/1.1\r\n" + repeated("X: y\r\n", 200'000), {431}},
        {"header name endless", "GET /health HTTP/1.1\r\n" + std::string(100'000, 'a'), {431}},
        {"no host", "GET /health HTTP/1.1\r\n\r\n", {400}},
        {"two hosts", get("/health", kHost), {400}},
        {"host with path", "GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n", {400}},
        {"host with user", "GET /health HTTP/1.1\r\nHost: u@a\r\n\r\n", {400}},
        {"host empty", "GET /health HTTP/1.1\r\nHost:\r\n\r\n", {200}},
        {"host of IPv6", "GET /health HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", {200}},
        {"host of half an IPv6", "GET /health HTTP/1.1\r\nHost: [::1\r\n\r\n", {400}},
        {"host with odd port", "GET /health HTTP/1.1\r\nHost: a:b\r\n\r\n", {400}},
        {"host with two ports", "GET /health HTTP/1.1\r\nHost: a:1:2\r\n\r\n", {400}},
        {"hosts in a list", "GET /health HTTP/1.1\r\nHost: a, b\r\n\r\n", {400}},
        {"space before the first header", "GET /health HTTP/1.1\r\n X: y\r\n" + kHost + "\r\n", {400}},
        {"header name with tab", get("/health", "X\t: y\r\n"), {400}},
        {"LF first", "\n" + kGood, {400}},
        {"lines with LF only", "GET /health HTTP/1.1\nHost: a\n\n", {400}},
        {"lines with CR only", "GET /health HTTP/1.1\rHost: a\r\r", {400}},
        {"CR CR LF", "GET /health HTTP/1.1\r\r\nHost: a\r\n\r\n", {400}},
        {"empty lines", "\r\n\r\n\r\n" + kGood, {400}},
        {"nothing", "", {}},
        {"empty line", "\r\n", {}},
        {"part of a line", "GET /hea", {}},
        {"part of a head", "GET /health HTTP/1.1\r\nHost: a\r\n", {}},
        {"part of a body", post("Content-Length: 10\r\n", "abc"), {}},
        {"random bytes", "\x8f\x01\xfe\x42\xee\x90\x11\x81\x00\x0a\x0d\x0a"s, {400}},
        {"NULs", std::string(1'000, '\0'), {400}},
        {"TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(500, '\x42'), {400}},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\x12\x04\0\0\0\0\0"s, {505}},
        {"SSH greeting", "SSH-2.0-x\r\n", {}},
        {"other expectation", post("Expect: miracles\r\nContent-Length: 3\r\n", "abc"), {417}},
        {"expectation too large", post("Expect: 100-continue\r\nContent-Length: 999999\r\n"), {413}},
        {"expectation twice",
         post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n", "abc"),
         {403}},
        {"upgrade to HTTP/2",
         get("/health", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n") + kGood,
         {200, 200}},
        {"upgrade", get("/health", "Connection: Upgrade\r\nUpgrade: websocket\r\n") + kGood, {200, 200}},
        {"range", get("/health", "Range: bytes=0-1,2-3,-1,9999999999999999999-\r\n"), {200}},
        {"tags without end", get("/health", "If-None-Match: \"a, W/, *\r\n"), {200}},
        {"encodings without end", get("/health", "Accept-Encoding: ;q=,,;;gzip;q=0.;q\r\n"), {200}},
        {"keys", get("/health", "Authorization: Bearer " + std::string(8'000, '=') + "\r\nX-API-Key: \xFF\r\n"), {200}},
        {"forwarded", get("/health", "X-Forwarded-For: ,,[::,999.1.1.1,\xFF\r\n"), {200}},
        {"origin", get("/health", "Origin: null\r\nAccess-Control-Request-Method: \"\r\n"), {200}},
        {"request id", get("/health", "X-Request-Id: a b\r\n"), {200}},
        {"last event", get("/health", "Last-Event-ID: \xFF:::\r\n"), {200}},
        {"content type", post("Content-Type: a/b;;=\"\r\nContent-Length: 3\r\n", "abc"), {403}},
        {"thousand pipelined", repeated(kGood, 1'000), std::vector<int>(1'000, 200)},
        {"close among others", get("/health", "Connection: keep-alive, close\r\n") + kGood, {200}},
        {"nothing after close", get("/health", "Connection: close\r\n") + kGood, {200}},
    };
}

Table lines() {
    return {
        {"method unknown", "BREW /health HTTP/1.1\r\n" + kHost + "\r\n" + kGood, {501}},
        {"method in lower case", "get /health HTTP/1.1\r\n" + kHost + "\r\n", {501}},
        {"method trace", "TRACE /health HTTP/1.1\r\n" + kHost + "\r\n", {501}},
        {"method connect", "CONNECT a:443 HTTP/1.1\r\n" + kHost + "\r\n", {501}},
        {"method endless", std::string(100'000, 'A'), {414}},
        {"method not allowed", "DELETE /health HTTP/1.1\r\n" + kHost + "\r\n" + kGood, {405, 200}},
        {"version 2", "GET /health HTTP/2.0\r\n" + kHost + "\r\n", {505}},
        {"version 0.9", "GET /health\r\n", {}},
        {"version 0.9 and an empty line", "GET /health\r\n\r\n", {400}},
        {"version 1.2", "GET /health HTTP/1.2\r\n" + kHost + "\r\n" + kGood, {200, 200}},
        {"version 1.2 without host", "GET /health HTTP/1.2\r\n\r\n", {400}},
        {"version 3", "GET /health HTTP/3.0\r\n" + kHost + "\r\n", {505}},
        {"version without minor", "GET /health HTTP/1\r\n" + kHost + "\r\n", {400}},
        {"version with letter", "GET /health HTTP/1.x\r\n" + kHost + "\r\n", {400}},
        {"version with space behind", "GET /health HTTP/1.1 \r\n" + kHost + "\r\n", {400}},
        {"version in lower case", "GET /health http/1.1\r\n" + kHost + "\r\n", {400}},
        {"version with more", "GET /health HTTP/1.10\r\n" + kHost + "\r\n", {400}},
        {"version negative", "GET /health HTTP/-1.1\r\n" + kHost + "\r\n", {400}},
        {"version 1.0, kept", "GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + kGood, {200, 200}},
        {"version 1.0", "GET /health HTTP/1.0\r\n\r\n" + kGood, {200}},
        {"two spaces", "GET  /health HTTP/1.1\r\n" + kHost + "\r\n", {400}},
        {"tabs", "GET\t/health\tHTTP/1.1\r\n" + kHost + "\r\n", {400}},
        {"space in target", get("/hea lth"), {400}},
        {"target without slash", get("health"), {400}},
        {"target absolute", get("http://other/health"), {200}},
        {"target absolute without host", get("http:///health"), {400}},
        {"target absolute with port alone", get("http://:80/health"), {400}},
        {"target absolute with user", get("http://u:p@other/health"), {400}},
        {"target absolute without path", get("http://other"), {200}},
        {"target absolute with query alone", get("http://other?a=1"), {400}},
        {"target absolute in 1.0", "GET http://other/health HTTP/1.0\r\n\r\n", {200}},
        {"target of a query alone", get("?a=1"), {400}},
        {"options of all", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n" + kGood, {204, 200}},
        {"target of another scheme", get("ftp://other/health"), {400}},
        {"target star", get("*"), {400}},
        {"target with fragment", get("/health#x"), {400}},
        {"target endless", "GET /" + std::string(2'000'000, 'a'), {414}},
        {"target long", get("/" + std::string(9'000, 'a')), {414}},
        {"query long", get("/health?" + std::string(9'000, 'a')), {414}},
        {"query of many", get("/health?" + repeated("a&", 3'000)), {400}},
        {"path up", get("/../../etc/passwd"), {404}},
        {"path up after a route", get("/health/../health"), {404}},
        {"path up encoded", get("/%2e%2e/%2e%2e/etc/passwd"), {404}},
        {"path up with encoded slash", get("/..%2f..%2fetc%2fpasswd"), {404}},
        {"path up with parameter", get("/api/v1/..;/health"), {404}},
        {"path up half encoded", get("/api/%2e./health"), {404}},
        {"path up encoded twice", get("/%252e%252e/health"), {404}},
        {"path up in full width", get("/%ef%bc%8e%ef%bc%8e/health"), {404}},
        {"path with parameter", get("/health;a=b"), {404}},
        {"path with backslash", get("/..\\..\\etc"), {404}},
        {"path with dot", get("/./health"), {404}},
        {"path with two slashes", get("//health"), {404}},
        {"path with slash at the end", get("/health/"), {404}},
        {"path in other case", get("/HEALTH"), {404}},
        {"path with encoded slash", get("/%2fhealth"), {404}},
        {"path with NUL", get("/health%00"), {400}},
        {"path with broken escape", get("/health%"), {400}},
        {"path with odd escape", get("/health%zz"), {400}},
        {"path with overlong UTF-8", get("/%c0%ae%c0%ae/health"), {400}},
        {"path with surrogate", get("/%ed%a0%80"), {400}},
        {"path with cut UTF-8", get("/%e2%82"), {400}},
        {"path with raw bytes", get("/\xFF\xFE"), {400}},
        {"path with line end encoded", get("/health%0d%0aX:%20y"), {404}},
        {"path of many segments", get(repeated("/a", 3'000)), {404}},
        {"query with NUL", get("/health?a=%00"), {400}},
        {"query unknown", get("/health?a=1"), {400}},
        {"query not UTF-8", get("/health?a=%ff"), {400}},
        {"query of a script", get("/health?<script>alert(1)</script>"), {400}},
    };
}

/// The status of the answer at the front of `bytes`, which is cut off.
int take_status(std::string_view& bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == std::string_view::npos) {
        throw std::runtime_error("not an answer: " + std::string(bytes.substr(0, 100)));
    }
    const http::test::RawAnswer answer{std::string(bytes.substr(0, end + 4)), ""};
    const auto length = answer.header("Content-Length");
    bytes.remove_prefix(std::min(bytes.size(), end + 4 + (length ? std::stoul(*length) : 0)));
    return answer.status();
}

}  // namespace

const std::vector<HostileRequest>& hostile_requests() {
    static const Table kAll = [] {
        Table all;
        for (const Table& part : {smuggling(), chunks(), heads(), lines()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return kAll;
}

std::vector<int> statuses_of(const std::string& bytes, std::uint16_t port) {
    http::test::RawClient client(port);
    try {
        client.send(bytes);
        client.finish_sending();
    } catch (const std::exception&) {
        // The server need not read all of it.
    }
    const std::string all = client.read_to_end();
    std::vector<int> statuses;
    for (std::string_view rest = all; !rest.empty();) {
        statuses.push_back(take_status(rest));
    }
    return statuses;
}

}  // namespace watchtower::test
