#include "services/collector/source/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collector_source/recording_sink.hpp"

namespace watchtower::collector {
namespace {

using proto::Section;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

struct Reading {
    ParseResult result;
    Lines lines;
};

Reading read(Section section, std::string body, std::size_t piece_bytes) {
    SectionParser parser(section, piece_bytes);
    RecordingSink sink;
    Reading reading;
    reading.result = parser.parse(body, sink);
    reading.lines = sink.lines;
    return reading;
}

/// As one piece; smaller ones must make no difference.
Reading read(Section section, const std::string& body) {
    const auto whole = read(section, body, SIZE_MAX);
    const auto in_pieces = read(section, body, 1);
    EXPECT_EQ(in_pieces.result.error.has_value(), whole.result.error.has_value()) << body.substr(0, 200);
    if (!whole.result.error) {
        EXPECT_EQ(in_pieces.lines, whole.lines);
        EXPECT_EQ(in_pieces.result.records, whole.result.records);
        EXPECT_EQ(in_pieces.result.next, whole.result.next);
        for (const InvalidReason reason : kInvalidReasons) {
            EXPECT_EQ(in_pieces.result.invalid.count(reason), whole.result.invalid.count(reason));
            EXPECT_EQ(in_pieces.result.invalid.example(reason), whole.result.invalid.example(reason));
        }
    }
    return whole;
}

std::string error_of(Section section, const std::string& body) {
    return read(section, body).result.error.value_or("");
}

// --- the shapes of docs/contract.md

struct Shape {
    const char* what;
    Section section;
    const char* body;
    Lines lines;
};

// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest looks for
void PrintTo(const Shape& shape, std::ostream* out) {
    *out << shape.what;
}

class Shapes : public testing::TestWithParam<Shape> {};

TEST_P(Shapes, AreRead) {
    const auto& [what, section, body, lines] = GetParam();
    const auto reading = read(section, body);
    EXPECT_EQ(reading.result.error, std::nullopt) << what;
    EXPECT_EQ(reading.lines, lines) << what;
    EXPECT_EQ(reading.result.records, lines.size()) << what;
    EXPECT_EQ(reading.result.invalid.total(), 0U) << what;
}

INSTANTIATE_TEST_SUITE_P(
    Parser,
    Shapes,
    testing::Values(
        Shape{"an empty list", Section::nomads, R"({"nomads":[]})", {}},
        Shape{"the least of a nomad", Section::nomads, R"({"nomads":[{"player_id":"a"}]})", {"nomad a"}},
        Shape{
            "all of a nomad",
            Section::nomads,
            R"({"nomads":[{"actions":{"move":3,"attack":0},"id":"n1","count":2,"last_action_at":"2025-12-08T13:34:56.789+01:00",)"
            R"("last_action":"move","player_id":"a"}]})",
            {"nomad a id=n1 count=2 last=move at=2025-12-08T12:34:56.789Z actions move=3 attack=0"}},
        Shape{
            "nothing of one nomad stays for the next",
            Section::nomads,
            R"({"nomads":[{"player_id":"a","actions":{"move":3},"id":1,"count":2,"last_action":"x","last_action_at":1},{"player_id":"b"}]})",
            {"nomad a id=1 count=2 last=x at=1970-01-01T00:00:01.000Z actions move=3", "nomad b"}},
        Shape{"actions without any",
              Section::nomads,
              R"({"nomads":[{"player_id":"a","actions":{}}]})",
              {"nomad a actions"}},
        Shape{
            "the alias of last_action",
            Section::nomads,
            R"({"nomads":[{"player_id":"a","action_type":"dig"},{"action_type":"x","last_action":"y","player_id":"b"},)"
            R"({"player_id":"c","last_action":null,"action_type":"z"}]})",
            {"nomad a last=dig", "nomad b last=y", "nomad c last=z"}},
        Shape{
            "members that are null",
            Section::nomads,
            R"({"nomads":[{"player_id":"a","id":null,"count":null,"last_action":null,"last_action_at":null,"actions":null}]})",
            {"nomad a"}},
        Shape{
            "times in every form",
            Section::nomads,
            R"({"nomads":[{"player_id":"a","last_action_at":1733661296.789},{"player_id":"b","last_action_at":1.7e9},)"
            R"({"player_id":"c","last_action_at":"yesterday"},{"player_id":"d","last_action_at":-1},)"
            R"({"player_id":"e","last_action_at":1e400},{"player_id":"f","last_action_at":1733661296789},{"player_id":"g","last_action_at":{}}]})",
            {"nomad a at=2024-12-08T12:34:56.789Z",
             "nomad b at=2023-11-14T22:13:20.000Z",
             "nomad c",
             "nomad d",
             "nomad e",
             "nomad f",
             "nomad g"}},
        Shape{
            "players by number",
            Section::dwellings,
            R"({"dwellings":[{"player_id":7,"level":1},{"player_id":-7,"level":1},{"player_id":-0,"level":1},)"
            R"({"player_id":18446744073709551616,"level":1},{"player_id":340282366920938463463374607431768211456,"level":1}]})",
            {"dwelling 7 level=1",
             "dwelling -7 level=1",
             "dwelling 0 level=1",
             "dwelling 18446744073709551616 level=1",
             "dwelling 340282366920938463463374607431768211456 level=1"}},
        Shape{
            "levels as any whole number",
            Section::dwellings,
            R"({"dwellings":[{"player_id":"a","level":2.0},{"player_id":"a","level":1e3},{"level":10e-1,"player_id":"a"}]})",
            {"dwelling a level=2", "dwelling a level=1000", "dwelling a level=1"}},
        Shape{
            "balances by player",
            Section::resources,
            R"({"players":[{"player_id":"a","gold":300,"spice":0.1},{"player_id":"b","gold":-0,"spice":null},{"spice":1e-9,"player_id":"c"},)"
            R"({"player_id":"d","gold":1e22},{"player_id":"e","gold":18446744073709551616.0000004},{"player_id":"f","gold":12.345678}]})",
            {"balance a gold=300 spice=0.1",
             "balance b gold=0",
             "balance c spice=0",
             "balance d gold=10000000000000000000000",
             "balance e gold=18446744073709551616",
             "balance f gold=12.345678"}},
        Shape{
            "balances by resource",
            Section::resources,
            R"({"resources":[{"player_id":"a","type":"gold","amount":3.5},{"amount":2e1,"type":"spice","player_id":5}]})",
            {"balance a gold=3.5", "balance 5 spice=20"}},
        Shape{"both shapes of balances in either list",
              Section::resources,
              R"({"resources":[{"player_id":"a","gold":1},{"player_id":"b","type":"spice","amount":2}]})",
              {"balance a gold=1", "balance b spice=2"}},
        Shape{"the least of a combat", Section::pvp, R"({"combats":[{}]})", {"combat attack failure destroyed=0"}},
        Shape{
            "all of a combat",
            Section::pvp,
            R"({"combats":[{"id":12,"type":"raid","success":true,"attacker_id":"a","defender_id":9,"destroyed_dwellings":2}]})",
            {"combat raid id=12 success by=a on=9 destroyed=2"}},
        Shape{"combats under their other name",
              Section::pvp,
              R"({"pvp_actions":[{"id":"x","success":false,"type":"","attacker_id":""}]})",
              {"combat attack id=x failure destroyed=0"}},
        Shape{
            "events with numbers and with ids",
            Section::events,
            R"({"events":[{"id":"e1","type":"raid","affected_players":5},{"type":"calm"},{"type":"storm","affected_players":["a",2,"c"]},)"
            R"({"type":"none","affected_players":[]},{"type":"null","affected_players":null}]})",
            {"event raid id=e1 affected=5",
             "event calm affected=0",
             "event storm affected=3",
             "event none affected=0",
             "event null affected=0"}},
        Shape{
            "unknown members of every kind",
            Section::dwellings,
            R"({"x":{"y":[1,{"z":null}]},"dwellings":[{"a":[[],{}],"player_id":"p","b":{"player_id":"q","level":9},"level":3,"c":"\n","d":-1.5e+3}],"t":true})",
            {"dwelling p level=3"}},
        Shape{"the last of equal members",
              Section::dwellings,
              R"({"dwellings":[{"player_id":{},"level":1,"player_id":"a","level":0,"level":4}]})",
              {"dwelling a level=4"}},
        Shape{"the last of equal actions",
              Section::nomads,
              R"({"nomads":[{"player_id":"a","actions":{"x":1},"actions":{"m":-1,"n":2,"m":3}}]})",
              {"nomad a actions m=3 n=2"}},
        Shape{"blanks between all tokens",
              Section::dwellings,
              " \r\n{ \"dwellings\" :\t[ { \"player_id\" : \"a b \" , \"level\" : 3 } , {\"player_id\":4 "
              ",\"level\":5\n} ] }\n ",
              {"dwelling a b  level=3", "dwelling 4 level=5"}},
        Shape{
            "escapes, in names too",
            Section::dwellings,
            R"({"dw\u0065llings":[{"player\u005Fid":"\u00e9\ud83d\ude00\t\"\\\/","level":3},{"player_id":"é😀","lev\u0065l":3}]})",
            {"dwelling é😀\t\"\\/ level=3", "dwelling é😀 level=3"}},
        Shape{"lone surrogates where nobody looks",
              Section::dwellings,
              R"({"\ud800":"\udc00","dwellings":[{"player_id":"a","level":3,"\udfff":"\ud800\u0041"}]})",
              {"dwelling a level=3"}},
        Shape{"the largest count",
              Section::events,
              R"({"events":[{"type":"x","affected_players":9007199254740992}]})",
              {"event x affected=9007199254740992"}},
        Shape{
            "counts as any whole number",
            Section::events,
            R"({"events":[{"type":"x","affected_players":5.0},{"type":"x","affected_players":1e3},{"type":"x","affected_players":-0},)"
            R"({"type":"x","affected_players":-0.0},{"type":"x","affected_players":0e400}]})",
            {"event x affected=5",
             "event x affected=1000",
             "event x affected=0",
             "event x affected=0",
             "event x affected=0"}}));

// --- records that make no sense

struct Broken {
    Section section;
    std::string record;
    InvalidReason reason;
};

// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest looks for
void PrintTo(const Broken& broken, std::ostream* out) {
    *out << broken.record.substr(0, 80);
}

std::string list_of(Section section, const std::string& records) {
    constexpr std::array kNames = {"nomads", "players", "dwellings", "combats", "events"};
    return std::string(R"({")") + kNames[proto::index(section)] + R"(":[)" + records + "]}";
}

class BrokenRecords : public testing::TestWithParam<Broken> {};

TEST_P(BrokenRecords, AreSkippedCountedAndShown) {
    const auto& [section, record, reason] = GetParam();
    const auto reading = read(section, list_of(section, record));
    EXPECT_EQ(reading.result.error, std::nullopt);
    EXPECT_THAT(reading.lines, IsEmpty());
    EXPECT_EQ(reading.result.records, 0U);
    EXPECT_EQ(reading.result.invalid.total(), 1U);
    for (const auto each : kInvalidReasons) {
        EXPECT_EQ(reading.result.invalid.count(each), each == reason ? 1U : 0U) << to_text(each);
    }
    EXPECT_EQ(reading.result.invalid.example(reason), record.substr(0, 120));
}

std::string nomad(const std::string& members) {
    return R"({"player_id":"a",)" + members + "}";
}

std::vector<Broken> broken_texts() {
    const std::string long_text(257, 'x');
    using enum InvalidReason;
    return {{Section::nomads, "5", not_an_object},
            {Section::nomads, "null", not_an_object},
            {Section::nomads, R"("a")", not_an_object},
            {Section::nomads, R"([{"player_id":"a"}])", not_an_object},
            {Section::nomads, "{}", missing_player},
            {Section::nomads, R"({"player_id":null})", missing_player},
            {Section::nomads, R"({"player_id":""})", missing_player},
            {Section::nomads, R"({"player_id":true})", missing_player},
            {Section::nomads, R"({"player_id":1.5})", missing_player},
            {Section::nomads, R"({"player_id":1e3})", missing_player},
            {Section::nomads, R"({"player_id":["a"]})", missing_player},
            {Section::nomads, R"({"player_id":{"player_id":"a"}})", missing_player},
            {Section::nomads, R"({"player_id":")" + long_text + R"("})", out_of_range},
            {Section::nomads, R"({"player_id":)" + std::string(257, '1') + "}", out_of_range},
            {Section::nomads, R"({"player_id":"a\u0000"})", out_of_range},
            {Section::nomads, R"({"player_id":"\ud800"})", out_of_range},
            {Section::nomads, R"({"player_id":"\udc00\ud800"})", out_of_range},
            {Section::nomads, nomad(R"("id":1.5)"), wrong_type},
            {Section::nomads, nomad(R"("id":[])"), wrong_type},
            {Section::nomads, nomad(R"("id":"\u0000")"), out_of_range},
            {Section::nomads, nomad(R"("id":")" + long_text + '"'), out_of_range},
            {Section::nomads, nomad(R"("last_action":5)"), wrong_type},
            {Section::nomads, nomad(R"("action_type":{})"), wrong_type},
            {Section::nomads, nomad(R"("last_action":")" + long_text + '"'), out_of_range},
            {Section::nomads, nomad(R"("last_action":"\u0000")"), out_of_range},
            {Section::nomads, nomad(R"("actions":{")" + long_text + R"(":1})"), out_of_range},
            {Section::nomads, nomad(R"("actions":{"a\u0000":1})"), out_of_range},
            {Section::nomads, nomad(R"("actions":{"\udbff":1})"), out_of_range},
            {Section::nomads, nomad(R"("actions":{"":1})"), missing_field},
            {Section::nomads, nomad(R"("actions":["move"])"), wrong_type},
            {Section::nomads, nomad(R"("actions":3)"), wrong_type},
            {Section::pvp, R"({"success":"yes"})", wrong_type},
            {Section::pvp, R"({"success":1})", wrong_type},
            {Section::pvp, R"({"type":1})", wrong_type},
            {Section::pvp, R"({"attacker_id":1.5})", wrong_type},
            {Section::pvp, R"({"defender_id":true})", wrong_type},
            {Section::pvp, R"({"defender_id":"\u0000"})", out_of_range},
            {Section::pvp, R"({"id":{}})", wrong_type},
            {Section::events, "{}", missing_field},
            {Section::events, R"({"type":null})", missing_field},
            {Section::events, R"({"type":""})", missing_field},
            {Section::events, R"({"type":7})", wrong_type},
            {Section::events, R"({"type":"a\u0000b"})", out_of_range},
            {Section::events, R"({"type":"x","affected_players":"3"})", wrong_type},
            {Section::events, R"({"type":"x","affected_players":{}})", wrong_type},
            {Section::resources, R"({"player_id":"a"})", missing_field},
            {Section::resources, R"({"player_id":"a","gold":null})", missing_field},
            {Section::resources, R"({"player_id":"a","type":"gold"})", missing_field},
            {Section::resources, R"({"player_id":"a","amount":1})", missing_field},
            {Section::resources, R"({"player_id":"a","type":"wood","amount":1})", wrong_type},
            {Section::resources, R"({"player_id":"a","type":1,"amount":1})", wrong_type},
            {Section::resources, R"({"gold":1})", missing_player}};
}

std::vector<Broken> broken_numbers() {
    using enum InvalidReason;
    std::vector<Broken> all = {{Section::dwellings, R"({"player_id":"a"})", missing_field},
                               {Section::dwellings, R"({"player_id":"a","level":null})", missing_field},
                               {Section::resources, R"({"player_id":"a","gold":"5"})", wrong_type},
                               {Section::resources, R"({"player_id":"a","spice":true})", wrong_type},
                               {Section::resources, R"({"player_id":"a","gold":-1})", negative},
                               {Section::resources, R"({"player_id":"a","gold":-0.0000001})", negative},
                               {Section::resources, R"({"player_id":"a","gold":1,"spice":-2.5})", negative},
                               {Section::resources, R"({"player_id":"a","gold":1e400})", not_finite},
                               {Section::resources, R"({"player_id":"a","gold":-1e400})", not_finite},
                               {Section::resources, R"({"player_id":"a","gold":1e300})", out_of_range},
                               {Section::resources, R"({"player_id":"a","gold":2e22})", out_of_range},
                               {Section::resources, R"({"player_id":"a","type":"gold","amount":-1})", negative},
                               {Section::resources, R"({"player_id":"a","type":"gold","amount":"1"})", wrong_type},
                               {Section::nomads, nomad(R"("actions":{"move":1,"dig":null})"), wrong_type}};
    for (const char* level : {"0", "1001", "-1", "2.5", "1e400", "\"3\"", "[3]", "true", "18446744073709551617"}) {
        all.push_back({Section::dwellings, nomad(R"("level":)" + std::string(level)), bad_level});
    }
    const std::vector<std::pair<const char*, InvalidReason>> counts = {{"-1", negative},
                                                                       {"-1e-9", negative},
                                                                       {"1.5", wrong_type},
                                                                       {"1e-9", wrong_type},
                                                                       {"\"1\"", wrong_type},
                                                                       {"false", wrong_type},
                                                                       {"{}", wrong_type},
                                                                       {"9007199254740993", out_of_range},
                                                                       {"9007199254740994.0", out_of_range},
                                                                       {"18446744073709551616", out_of_range},
                                                                       {"1e300", out_of_range},
                                                                       {"1e400", not_finite},
                                                                       {"-1e400", not_finite}};
    for (const auto& [count, reason] : counts) {
        all.push_back({Section::nomads, nomad(R"("count":)" + std::string(count)), reason});
        all.push_back({Section::nomads, nomad(R"("actions":{"a":1,"b":)" + std::string(count) + "}"), reason});
        all.push_back({Section::pvp, R"({"destroyed_dwellings":)" + std::string(count) + "}", reason});
        all.push_back({Section::events, R"({"type":"x","affected_players":)" + std::string(count) + "}", reason});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(ParserTexts, BrokenRecords, testing::ValuesIn(broken_texts()));
INSTANTIATE_TEST_SUITE_P(ParserNumbers, BrokenRecords, testing::ValuesIn(broken_numbers()));

TEST(Parser, SkipsOnlyTheBrokenOfManyRecords) {
    const auto reading = read(Section::dwellings,
                              R"({"dwellings":[{"player_id":"a","level":1},7,{"player_id":"b","level":0},)"
                              R"({"level":3},{"player_id":"c","level":2},{"player_id":"d","level":-4}]})");
    EXPECT_THAT(reading.lines, ElementsAre("dwelling a level=1", "dwelling c level=2"));
    EXPECT_EQ(reading.result.records, 2U);
    EXPECT_EQ(reading.result.invalid.total(), 4U);
    EXPECT_EQ(reading.result.invalid.count(InvalidReason::bad_level), 2U);
    EXPECT_EQ(reading.result.invalid.example(InvalidReason::bad_level), R"({"player_id":"b","level":0})");
    EXPECT_EQ(reading.result.invalid.example(InvalidReason::not_an_object), "7");
    EXPECT_EQ(reading.result.invalid.example(InvalidReason::missing_player), R"({"level":3})");
}

TEST(Parser, CountsWhatTheSinkRefuses) {
    std::string body = R"({"dwellings":[{"player_id":"a","level":1},{"player_id":"b","level":1}]})";
    RecordingSink sink;
    sink.refuse = InvalidReason::out_of_range;
    const auto result = SectionParser(Section::dwellings).parse(body, sink);
    EXPECT_EQ(result.records, 0U);
    EXPECT_EQ(result.invalid.count(InvalidReason::out_of_range), 2U);
    EXPECT_EQ(result.invalid.example(InvalidReason::out_of_range), R"({"player_id":"a","level":1})");
}

TEST(Parser, RefusesARecordWithTooManyActions) {
    std::string actions;
    for (int i = 0; i < 1000; ++i) {
        actions += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + "\":1";
    }
    const auto most = read(Section::nomads, list_of(Section::nomads, nomad(R"("actions":{)" + actions + "}")));
    EXPECT_EQ(most.result.records, 1U);
    const auto more = read(Section::nomads, list_of(Section::nomads, nomad(R"("actions":{"x":1,)" + actions + "}")));
    EXPECT_EQ(more.result.invalid.count(InvalidReason::out_of_range), 1U);
}

TEST(Parser, TellsListsOfPlayersApartWhateverTheirOrder) {
    const auto ids_of = [](const std::string& affected) {
        class Sink final : public RecordSink {
        public:
            std::uint64_t ids = 0;
            std::optional<InvalidReason> take(const NomadRecord& /*record*/) override { return std::nullopt; }
            std::optional<InvalidReason> take(const BalanceRecord& /*record*/) override { return std::nullopt; }
            std::optional<InvalidReason> take(const DwellingRecord& /*record*/) override { return std::nullopt; }
            std::optional<InvalidReason> take(const CombatRecord& /*record*/) override { return std::nullopt; }
            std::optional<InvalidReason> take(const EventRecord& record) override {
                ids = record.affected_ids;
                return std::nullopt;
            }
        } sink;
        std::string body = R"({"events":[{"type":"x","affected_players":)" + affected + "}]}";
        EXPECT_EQ(SectionParser(Section::events).parse(body, sink).error, std::nullopt);
        return sink.ids;
    };
    EXPECT_EQ(ids_of(R"(["a","b"])"), ids_of(R"([ "b", "a" ])"));
    EXPECT_EQ(ids_of("[1,2]"), ids_of(R"(["2","1"])"));
    EXPECT_NE(ids_of(R"(["a","b"])"), ids_of(R"(["a","c"])"));
    EXPECT_NE(ids_of(R"(["a","a"])"), ids_of(R"(["b","b"])"));
    EXPECT_EQ(ids_of("2"), 0U);
    EXPECT_EQ(ids_of("[]"), 0U);
    EXPECT_EQ(ids_of(R"(["a"])"), 12638187200555641996U);  // it is stored, so it must not change
}

TEST(Parser, CutsExamplesBetweenCharactersAndBlanksControls) {
    const auto example = [](const std::string& record) {
        return read(Section::nomads, list_of(Section::nomads, record))
            .result.invalid.example(InvalidReason::missing_player);
    };
    std::string text;
    for (int i = 0; i < 60; ++i) {
        text += "é";
    }
    EXPECT_EQ(example(R"({"n":")" + text + "\"}"), R"({"n":")" + text.substr(0, 114));
    EXPECT_EQ(example(R"({"nn":")" + text + "\"}"), R"({"nn":")" + text.substr(0, 112));
    EXPECT_EQ(example("{\n\t\"n\":\"\x7f\xc2\x85 é\"}"), "{  \"n\":\"   é\"}");
}

// --- pages

TEST(Parser, ReadsTheLinkToTheNextPageBeforeAndBehindTheList) {
    EXPECT_EQ(read(Section::nomads, R"({"nomads":[],"next":"/nomads?page=2"})").result.next, "/nomads?page=2");
    EXPECT_EQ(read(Section::nomads, R"({"next":"\/nomads?page=2","nomads":[]})").result.next, "/nomads?page=2");
    EXPECT_EQ(read(Section::nomads, R"({"next":"/a","nomads":[{"next":"/b"}],"next":"/c"})").result.next, "/c");
    for (const char* none : {R"({"nomads":[]})",
                             R"({"nomads":[],"next":null})",
                             R"({"nomads":[],"next":""})",
                             R"({"next":"/a","nomads":[],"next":null})",
                             R"({"nomads":[],"x":{"next":"/a"}})"}) {
        EXPECT_EQ(read(Section::nomads, none).result.next, std::nullopt) << none;
        EXPECT_EQ(read(Section::nomads, none).result.error, std::nullopt) << none;
    }
    for (const char* wrong : {"1", "true", "[]", "{}", R"("\ud800")"}) {
        EXPECT_EQ(error_of(Section::nomads, R"({"nomads":[],"next":)" + std::string(wrong) + "}").substr(0, 17),
                  "'next' is no text")
            << wrong;
    }
}

TEST(Parser, KeepsNothingOfABodyForTheNext) {
    SectionParser parser(Section::nomads);
    RecordingSink sink;
    std::string first = R"({"nomads":[{"player_id":"a","actions":{"x":1}},5],"next":"/2"})";
    EXPECT_EQ(parser.parse(first, sink).invalid.total(), 1U);
    std::string broken = R"({"nomads":[{"player_id":"b","count":3,]})";
    EXPECT_NE(parser.parse(broken, sink).error, std::nullopt);
    std::string last = R"({"nomads":[{"player_id":"c"}]})";
    const auto result = parser.parse(last, sink);
    EXPECT_EQ(result.error, std::nullopt);
    EXPECT_EQ(result.next, std::nullopt);
    EXPECT_EQ(result.invalid.total(), 0U);
    EXPECT_EQ(sink.lines.back(), "nomad c");
}

// --- bodies that do not count

TEST(Parser, SaysWhatIsWrongWithABody) {
    EXPECT_EQ(error_of(Section::pvp, "{}"), "no list 'combats'");
    EXPECT_EQ(error_of(Section::pvp, R"({"nomads":[]})"), "no list 'combats'");
    EXPECT_THAT(error_of(Section::nomads, R"({"nomads":{}})"), HasSubstr("'nomads' is no list"));
    EXPECT_THAT(error_of(Section::nomads, R"({"nomads":null})"), HasSubstr("'nomads' is no list"));
    EXPECT_THAT(error_of(Section::nomads, R"({"nomads":[],"nomads":[]})"), HasSubstr("a second list, 'nomads'"));
    EXPECT_THAT(error_of(Section::resources, R"({"players":[],"resources":[]})"),
                HasSubstr("a second list, 'resources'"));
    EXPECT_THAT(error_of(Section::nomads, R"({"nomads":[{"player_id":"a"},{]})"), HasSubstr("(near byte 30)"));
    EXPECT_THAT(error_of(Section::nomads, R"({"nomads":[]} {})"), HasSubstr("something stands behind the object"));
}

TEST(Parser, RefusesWhatIsNotJsonToTheEnd) {
    const std::vector<std::string> bodies = {"",
                                             " ",
                                             "null",
                                             "5",
                                             "[]",
                                             "\"x\"",
                                             "{",
                                             "}",
                                             "nomads",
                                             "<html></html>",
                                             "\xef\xbb\xbf{\"nomads\":[]}",
                                             R"({"nomads":[]}})",
                                             R"({"nomads":[]}])",
                                             R"({"nomads":[]},)",
                                             R"({"nomads":[]} x)",
                                             R"({"nomads":[],})",
                                             R"({"nomads":[,]})",
                                             R"({"nomads":[{},]})",
                                             R"({"nomads":[{},{},]})",
                                             R"({"nomads":[{},,{}]})",
                                             R"({"nomads":[{},{},{}},"x":[{},{}]})",
                                             R"({"nomads":[{},{}],"x":[{},{},{}})",
                                             R"({"nomads":[{},{}],[{},{},{}]})",
                                             R"({"nomads":[{}{}]})",
                                             R"({"nomads":[{} {}]})",
                                             R"({"nomads":[{}}})",
                                             R"({"nomads":["a":1]})",
                                             R"({"nomads":[{"a":"b":1}]})",
                                             R"({"nomads":[5:6]})",
                                             R"({"nomads":[{"a":1:2}]})",
                                             R"({"nomads":[{}:{}]})",
                                             R"({"nomads":[],"a":"b":"c"})",
                                             R"({"nomads":[["\n":1]]})",
                                             R"({"nomads":[{]})",
                                             R"({"nomads":[[}]]})",
                                             R"({"nomads":[{"a":1]})",
                                             R"({"nomads"[]})",
                                             R"({"nomads":[] "x":1})",
                                             R"({"nomads":[],"x"})",
                                             R"({"nomads":[],"x":})",
                                             R"({"nomads":[],x:1})",
                                             R"({"nomads":[{"a" 1}]})",
                                             R"({"nomads":[{"a":1,,"b":2}]})",
                                             R"({"nomads":[{"a":1 2}]})",
                                             R"({"nomads":[{'a':1}]})",
                                             R"({"nomads":[{"a":tru}]})",
                                             R"({"nomads":[{"a":True}]})",
                                             R"({"nomads":[{"a":nul}]})",
                                             R"({"nomads":[{"a":nullx}]})",
                                             R"({"nomads":[{"a":NaN}]})",
                                             R"({"nomads":[{"a":-Infinity}]})",
                                             R"({"nomads":[{"a":01}]})",
                                             R"({"nomads":[{"a":+1}]})",
                                             R"({"nomads":[{"a":1.}]})",
                                             R"({"nomads":[{"a":.5}]})",
                                             R"({"nomads":[{"a":1e}]})",
                                             R"({"nomads":[{"a":1e+}]})",
                                             R"({"nomads":[{"a":-}]})",
                                             R"({"nomads":[{"a":--1}]})",
                                             R"({"nomads":[{"a":0x10}]})",
                                             R"({"nomads":[{"a":1"b"}]})",
                                             R"({"nomads":[{"a":"b"c}]})",
                                             R"({"nomads":[{"a":"b""c"}]})",
                                             R"({"nomads":[{"a":"\q"}]})",
                                             R"({"nomads":[{"a":"\u12"}]})",
                                             R"({"nomads":[{"a":"\u12g4"}]})",
                                             R"({"nomads":[{"\x":1}]})",
                                             R"({"nomads":[{"a":"b}]})",
                                             "{\"nomads\":[{\"a\":\"\n\"}]}",
                                             std::string("{\"nomads\":[{\"a\":\"\0\"}]}", 20),
                                             "{\"nomads\":[{\"a\":\"\xff\"}]}",
                                             "{\"nomads\":[{\"a\":\"\xc0\xaf\"}]}",
                                             "{\"nomads\":[{\"a\":\"\xed\xa0\x80\"}]}",
                                             "{\"nomads\":[],\"\xe9\":1}",
                                             R"({"nomads":[]/**/})",
                                             std::string("{\"nomads\":[]}\0", 14)};
    for (const std::string& body : bodies) {
        EXPECT_NE(error_of(Section::nomads, body), "") << body;
    }
}

TEST(Parser, BoundsHowDeepABodyIsNested) {
    const auto body = [](std::size_t depth) {
        return R"({"nomads":[{"player_id":"a","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}]}";
    };
    EXPECT_EQ(error_of(Section::nomads, body(61)), "");
    EXPECT_THAT(error_of(Section::nomads, body(62)), HasSubstr("nested deeper than 64 levels"));
    EXPECT_THAT(error_of(Section::nomads, body(1'000'000)), HasSubstr("nested deeper than 64 levels"));
    EXPECT_NE(error_of(Section::nomads, std::string(1'000'000, '[')), "");
    EXPECT_NE(error_of(Section::nomads, R"({"a":)" + std::string(1'000'000, '{')), "");
}

}  // namespace
}  // namespace watchtower::collector
