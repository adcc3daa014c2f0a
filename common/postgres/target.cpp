#include "common/postgres/target.hpp"

#include <memory>

#include <libpq-fe.h>

#include "common/base/error.hpp"

namespace watchtower::postgres {

namespace {

constexpr std::size_t kMostTextBytes = 400;

std::string quoted(const std::string& value) {
    std::string result = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + "'";
}

void blot_out(std::string& text, const std::string& secret) {
    if (secret.empty()) {
        return;
    }
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
        text.replace(at, secret.size(), "***");
    }
}

}  // namespace

Target::Target(const std::string& url) {
    char* problem = nullptr;  // quotes the text, password and all
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(url.c_str(), &problem),
                                                                              &PQconninfoFree);
    PQfreemem(problem);
    if (parsed == nullptr) {
        throw BadInput("the PostgreSQL URL is no postgresql:// URI and no connection string");
    }
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            settings_[option->keyword] = option->val;
        }
    }
    std::string host = value("host").empty() ? value("hostaddr") : value("host");
    const std::string port = value("port").empty() ? "5432" : value("port");
    location_ = (host.empty() ? "localhost" : host) + ":" + port + "/" + value("dbname");
}

std::string Target::value(const std::string& keyword) const {
    const auto found = settings_.find(keyword);
    return found == settings_.end() ? std::string() : found->second;
}

std::string Target::conninfo(const std::map<std::string, std::string>& changes) const {
    auto all = changes;
    all.insert(settings_.begin(), settings_.end());
    std::string result;
    for (const auto& [keyword, setting] : all) {
        result += keyword + "=" + quoted(setting) + " ";
    }
    return result;
}

std::string Target::without_secrets(std::string_view text) const {
    std::string result;
    for (const char c : text) {
        const bool blank = c == '\n' || c == '\t' || c == ' ';
        if (!blank || (!result.empty() && result.back() != ' ')) {
            result += blank ? ' ' : c;
        }
    }
    blot_out(result, value("password"));
    blot_out(result, value("sslpassword"));
    result.resize(std::min(result.size(), kMostTextBytes));
    while (!result.empty() && result.back() == ' ') {
        result.pop_back();
    }
    return result;
}

}  // namespace watchtower::postgres
