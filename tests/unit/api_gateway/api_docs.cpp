#include "tests/unit/api_gateway/api_docs.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace watchtower::gateway::test {

namespace {

using Json = nlohmann::ordered_json;

std::string in_upper_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

std::string in_code(const std::string& text) {
    return "`" + text + "`";
}

/// What a table's cell may hold.
std::string in_cell(std::string text) {
    for (auto bar = text.find('|'); bar != std::string::npos; bar = text.find('|', bar + 2)) {
        text.insert(bar, 1, '\\');
    }
    return text;
}

std::string plain(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string values_of(const Json& schema) {
    if (schema.contains("enum")) {
        std::string text;
        for (const Json& value : schema.at("enum")) {
            text += (text.empty() ? "" : ", ") + in_code(plain(value));
        }
        return text;
    }
    if (schema.value("type", "") == "integer") {
        return plain(schema.at("minimum")) + " to " + plain(schema.at("maximum"));
    }
    return schema.contains("anyOf") ? "time" : "text";
}

std::string table_of_parameters(const Json& parameters) {
    std::string text = "| parameter | values | default | |\n|---|---|---|---|\n";
    for (const Json& parameter : parameters) {
        const Json& schema = parameter.at("schema");
        std::string standard = schema.contains("default") ? in_code(plain(schema.at("default"))) : "";
        if (parameter.at("in") == "path") {
            standard = "in the path";
        } else if (parameter.at("required")) {
            standard = "required";
        }
        text += "| " + in_code(parameter.at("name")) + " | " + in_cell(values_of(schema)) + " | " + standard + " | " +
                in_cell(parameter.at("description")) + " |\n";
    }
    return text + "\n";
}

/// The members of a request's body.
std::string table_of_body(const Json& openapi, const Json& body) {
    const Json& content = body.at("content").begin().value();
    const std::string reference = content.at("schema").at("$ref");
    const Json& schema = openapi.at(Json::json_pointer(reference.substr(1)));
    std::string text = "The body is JSON:\n\n| member | values | | |\n|---|---|---|---|\n";
    for (const auto& [name, member] : schema.at("properties").items()) {
        const Json& required = schema.at("required");
        const bool is_required = std::find(required.begin(), required.end(), name) != required.end();
        text += "| " + in_code(name) + " | " + in_cell(values_of(member)) + " | " + (is_required ? "required" : "") +
                " | " + in_cell(member.value("description", "")) + " |\n";
    }
    return text + "\n";
}

/// "Errors: 400, 404, 503. Needs a key."
std::string remarks_on(const Json& operation) {
    std::string errors;
    for (const auto& [status, response] : operation.at("responses").items()) {
        if (status >= "400") {
            errors += (errors.empty() ? "" : ", ") + status;
        }
    }
    std::string text = operation.at("responses").contains("304") ? "Has an ETag. " : "";
    text += operation.contains("security") ? "Needs a key. " : "";
    return text + "Errors: " + errors + ".\n";
}

std::string example_of(const Json& operation) {
    const std::string commands = operation.at("x-codeSamples").at(0).at("source");
    std::string text = "```\n$ ";
    for (const char c : commands) {
        text += c;
        text += c == '\n' ? "$ " : "";
    }
    text += '\n';
    for (const auto& [status, response] : operation.at("responses").items()) {
        if (status.front() != '2' || !response.contains("content")) {
            continue;
        }
        for (const Json& content : response.at("content")) {
            if (content.contains("example")) {
                text += plain(content.at("example")) + (content.at("example").is_string() ? "" : "\n");
                return text + "```\n";
            }
        }
    }
    return text + "```\n";
}

}  // namespace

std::string routes_in_markdown(const Json& openapi) {
    std::string text;
    for (const Json& tag : openapi.at("tags")) {
        std::string chapter;
        for (const auto& [path, item] : openapi.at("paths").items()) {
            for (const auto& [method, operation] : item.items()) {
                if (operation.at("tags").at(0) != tag.at("name") || operation.value("deprecated", false)) {
                    continue;
                }
                chapter += "### " + in_upper_case(method) + " " + path + "\n\n";
                chapter += operation.at("summary").get<std::string>() + ".";
                chapter +=
                    operation.contains("description") ? " " + plain(operation.at("description")) + "\n\n" : "\n\n";
                if (operation.contains("parameters")) {
                    chapter += table_of_parameters(operation.at("parameters"));
                }
                if (operation.contains("requestBody")) {
                    chapter += table_of_body(openapi, operation.at("requestBody"));
                }
                chapter += remarks_on(operation) + "\n" + example_of(operation) + "\n";
            }
        }
        if (!chapter.empty()) {
            text += "## " + plain(tag.at("x-title")) + "\n\n" + plain(tag.at("description")) + "\n\n" + chapter;
        }
    }
    text.pop_back();  // one newline at the end of the file
    return text;
}

}  // namespace watchtower::gateway::test
