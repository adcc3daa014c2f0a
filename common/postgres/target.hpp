#pragma once

#include <map>
#include <string>
#include <string_view>

namespace watchtower::postgres {

/// Where a connection goes: a libpq URI or connection string, taken apart. Holds its secrets; only conninfo tells them.
class Target {
public:
    /// Throws BadInput that does not quote the text.
    explicit Target(const std::string& url);

    /// "db:5432/watchtower": for logs and error texts, without user and password.
    [[nodiscard]] const std::string& location() const { return location_; }

    /// The value of a libpq keyword, empty when the text does not set it.
    [[nodiscard]] std::string value(const std::string& keyword) const;

    /// A libpq connection string: the target's own settings, overwritten by `changes`.
    [[nodiscard]] std::string conninfo(const std::map<std::string, std::string>& changes) const;

    /// The text as one line of at most 400 bytes, with the password blotted out.
    [[nodiscard]] std::string without_secrets(std::string_view text) const;

private:
    std::map<std::string, std::string> settings_;
    std::string location_;
};

}  // namespace watchtower::postgres
