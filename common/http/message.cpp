#include "common/http/message.hpp"

#include <algorithm>
#include <array>

namespace watchtower::http {

namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

std::optional<std::string_view> find(const std::vector<Pair>& pairs, std::string_view name) {
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.first == name; });
    if (found == pairs.end()) {
        return std::nullopt;
    }
    return found->second;
}

}  // namespace

std::string_view to_text(Method method) {
    return kMethods.at(static_cast<std::size_t>(method));
}

std::optional<Method> parse_method(std::string_view text) {
    const auto* const found = std::find(kMethods.begin(), kMethods.end(), text);
    if (found == kMethods.end()) {
        return std::nullopt;
    }
    return static_cast<Method>(found - kMethods.begin());
}

std::string_view reason_phrase(int status) {
    struct Phrase {
        int status;
        std::string_view text;
    };
    static constexpr Phrase kPhrases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (const auto& phrase : kPhrases) {
        if (phrase.status == status) {
            return phrase.text;
        }
    }
    return "Unknown";
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    return find(headers, name);
}

std::optional<std::string_view> Request::query_parameter(std::string_view name) const {
    return find(query, name);
}

const std::string& Request::path_parameter(std::string_view name) const {
    for (const auto& [key, value] : path_parameters) {
        if (key == name) {
            return value;
        }
    }
    throw Error("request " + target + ": the route has no path parameter " + std::string(name));
}

Reply Reply::text(std::string body, std::string content_type) {
    return shared(std::make_shared<const std::string>(std::move(body)), std::move(content_type));
}

Reply Reply::json(std::string body) {
    return text(std::move(body), "application/json");
}

Reply Reply::shared(std::shared_ptr<const std::string> body, std::string content_type) {
    Reply reply;
    reply.headers.emplace_back("Content-Type", std::move(content_type));
    reply.body = std::move(body);
    return reply;
}

Reply& Reply::with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

}  // namespace watchtower::http
