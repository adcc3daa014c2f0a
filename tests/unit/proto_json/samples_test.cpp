#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "common/base/error.hpp"
#include "proto-json/alert.hpp"
#include "proto-json/averages.hpp"
#include "proto-json/document.hpp"
#include "proto-json/problem.hpp"
#include "proto-json/replica.hpp"
#include "proto-json/review.hpp"
#include "proto-json/state.hpp"
#include "proto-json/suspect.hpp"
#include "proto-json/task.hpp"

namespace watchtower::proto {
namespace {

const std::filesystem::path kFolder = WATCHTOWER_PROTO_JSON_FOLDER;

std::string read(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    std::string content = text.str();
    if (content.ends_with('\n')) {
        content.pop_back();
    }
    return content;
}

/// "document-stale.json" is a sample of "document".
std::string kind_of(const std::filesystem::path& sample) {
    const std::string stem = sample.stem().string();
    return stem.substr(0, stem.find('-'));
}

std::vector<std::filesystem::path> samples() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder / "samples")) {
        paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::string schema_errors(const std::string& kind, const nlohmann::json& value) {
    const auto schema_json = nlohmann::json::parse(read(kFolder / "schemas" / (kind + ".schema.json")));
    valijson::Schema schema;
    const auto fetch = [](const std::string& uri) -> const nlohmann::json* {
        const auto name = std::filesystem::path(uri).filename();
        return new nlohmann::json(nlohmann::json::parse(read(kFolder / "schemas" / name)));
    };
    valijson::SchemaParser().populateSchema(
        valijson::adapters::NlohmannJsonAdapter(schema_json), schema, fetch, [](const nlohmann::json* json) {
            delete json;
        });
    valijson::ValidationResults results;
    valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(value), &results);
    std::string errors;
    for (const auto& error : results) {
        for (const auto& step : error.context) {
            errors += step;
        }
        errors += ": " + error.description + "\n";
    }
    return errors;
}

std::string decode_and_encode(const std::string& kind, const std::string& text) {
    static const std::map<std::string, std::function<std::string(const std::string&)>> codecs = {
        {"document", [](const std::string& t) { return encode(decode_document(t)); }},
        {"state", [](const std::string& t) { return encode(decode_state(t)); }},
        {"alert", [](const std::string& t) { return encode(decode_alert(t)); }},
        {"problem", [](const std::string& t) { return encode(decode_problem(t)); }},
        {"averages", [](const std::string& t) { return encode(decode_averages(t)); }},
        {"replica", [](const std::string& t) { return encode(decode_replica(t)); }},
        {"review", [](const std::string& t) { return encode(decode_review(t)); }},
        {"suspect", [](const std::string& t) { return encode(decode_suspect(t)); }},
        {"suspects", [](const std::string& t) { return encode(decode_suspect_set(t)); }},
        {"task", [](const std::string& t) { return encode(decode_task(t)); }},
    };
    return codecs.at(kind)(text);
}

TEST(Samples, ExistForEverySchema) {
    for (const auto& schema : std::filesystem::directory_iterator(kFolder / "schemas")) {
        const std::string name = schema.path().filename().string();
        const std::string kind = name.substr(0, name.find('.'));
        const auto all = samples();
        EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&kind](const auto& path) { return kind_of(path) == kind; }))
            << kind;
    }
}

TEST(Samples, PassTheirSchemas) {
    for (const auto& path : samples()) {
        EXPECT_EQ(schema_errors(kind_of(path), nlohmann::json::parse(read(path))), "") << path;
    }
}

TEST(Samples, SurviveDecodeAndEncodeByteForByte) {
    for (const auto& path : samples()) {
        EXPECT_EQ(decode_and_encode(kind_of(path), read(path)), read(path)) << path;
    }
}

/// Removing any required member, or giving it another type, is refused by schema and decoder alike.
TEST(Samples, BreakBothSchemaAndDecoderWhenAMemberIsWrong) {
    for (const auto& path : samples()) {
        const std::string kind = kind_of(path);
        const auto schema = nlohmann::json::parse(read(kFolder / "schemas" / (kind + ".schema.json")));
        for (const auto& required : schema.at("required")) {
            auto without = nlohmann::json::parse(read(path));
            without.erase(required.get<std::string>());
            auto mistyped = nlohmann::json::parse(read(path));
            mistyped[required.get<std::string>()] = nlohmann::json::array({true});
            for (const auto& wrong : {without, mistyped}) {
                EXPECT_NE(schema_errors(kind, wrong), "") << path << " " << required;
                EXPECT_THROW((void)decode_and_encode(kind, wrong.dump()), BadInput) << path << " " << required;
            }
        }
    }
}

TEST(Samples, AreCutAnywhereWithoutACrash) {
    for (const auto& path : samples()) {
        const std::string text = read(path);
        for (std::size_t size = 0; size < text.size(); ++size) {
            EXPECT_THROW((void)decode_and_encode(kind_of(path), text.substr(0, size)), BadInput);
        }
    }
}

}  // namespace
}  // namespace watchtower::proto
