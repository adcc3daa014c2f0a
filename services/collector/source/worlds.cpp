#include "services/collector/source/worlds.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <system_error>

#include <nlohmann/json.hpp>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"

namespace watchtower::collector {

namespace {

using nlohmann::json;

bool is_visible(char c) {
    return c > ' ' && c < '\x7f';
}

/// Throws BadInput that does not quote the URL: it may hold a password.
std::string checked_url(std::string url) {
    static const std::regex kUrl(R"(https?://([^/?#@\s]+@)?([a-z0-9._~-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/[^?#\s]*)?)",
                                 std::regex::icase);
    if (!std::regex_match(url, kUrl)) {
        throw BadInput("must be http(s)://host[:port][/path], without query and fragment");
    }
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

std::string checked_key(std::string key) {
    if (!std::all_of(key.begin(), key.end(), is_visible)) {
        throw BadInput("the key has a character that no header may have");
    }
    return key;
}

std::string required(std::string value, const char* what) {
    if (value.empty()) {
        throw BadInput(what);
    }
    return value;
}

/// Reads the worlds file; collects errors instead of throwing.
class WorldsReader {
public:
    explicit WorldsReader(std::string file) : file_("CCC_WORLDS_FILE '" + std::move(file) + "'") {}

    std::vector<World> read(std::istream& in);

private:
    World read_entry(const json& entry);
    std::string text(const json& entry, const char* field);
    std::string read_key(const json& entry);
    void check_fields(const json& entry);

    /// Runs `check`; what it throws becomes an error of that field.
    template <typename Check>
    void field(const std::string& name, Check check) {
        try {
            check();
        } catch (const BadInput& error) {
            errors_ += file_ + where_ + ", " + name + ": " + error.what() + "\n";
        }
    }

    std::string file_;
    std::string where_;   ///< ": entry 2"
    std::string errors_;  ///< a line each
    std::set<std::string> names_;
};

std::vector<World> WorldsReader::read(std::istream& in) {
    json list;
    try {
        list = json::parse(in);
    } catch (const json::exception& error) {
        const auto* const parse_error = dynamic_cast<const json::parse_error*>(&error);
        throw BadInput(file_ + ": not JSON" +
                       (parse_error == nullptr ? "" : " near byte " + std::to_string(parse_error->byte)));
    }
    if (!list.is_array() || list.empty()) {
        throw BadInput(file_ + ": must be a list of at least one world");
    }
    std::vector<World> worlds;
    for (const json& entry : list) {
        where_ = ": entry " + std::to_string(worlds.size() + 1);
        worlds.push_back(read_entry(entry));
    }
    if (!errors_.empty()) {
        errors_.pop_back();
        throw BadInput(errors_);
    }
    return worlds;
}

World WorldsReader::read_entry(const json& entry) {
    World world;
    if (!entry.is_object()) {
        errors_ += file_ + where_ + ": must be an object\n";
        return world;
    }
    check_fields(entry);
    field("name", [&] {
        static const std::regex kName("[a-z0-9][a-z0-9-]{0,31}");
        world.name = required(text(entry, "name"), "is missing");
        if (!std::regex_match(world.name, kName)) {
            throw BadInput("must match ^[a-z0-9][a-z0-9-]{0,31}$");
        }
        if (!names_.insert(world.name).second) {
            throw BadInput("'" + world.name + "' is there twice");
        }
    });
    field("url", [&] { world.url = checked_url(required(text(entry, "url"), "is missing")); });
    world.api_key = read_key(entry);
    return world;
}

void WorldsReader::check_fields(const json& entry) {
    for (const auto& [name, value] : entry.items()) {
        field(name, [&name = name] {
            if (name != "name" && name != "url" && name != "api_key_env" && name != "api_key_file") {
                throw BadInput("is unknown");
            }
        });
    }
}

std::string WorldsReader::text(const json& entry, const char* name) {
    const auto member = entry.find(name);
    if (member == entry.end()) {
        return {};
    }
    if (!member->is_string()) {
        throw BadInput("must be a text");
    }
    return required(member->get<std::string>(), "is empty");
}

std::string WorldsReader::read_key(const json& entry) {
    std::string key;
    field("api_key_env", [&] {
        const std::string variable = text(entry, "api_key_env");
        if (variable.empty()) {
            return;
        }
        if (entry.contains("api_key_file")) {
            throw BadInput("and api_key_file are both given");
        }
        // NOLINTNEXTLINE(concurrency-mt-unsafe): read at start, before there are threads
        const char* const value = std::getenv(variable.c_str());
        key = checked_key(required(value == nullptr ? "" : value, "that variable is not set"));
    });
    field("api_key_file", [&] {
        const std::string path = text(entry, "api_key_file");
        if (!path.empty()) {
            key = checked_key(required(read_secret_file(path), "that file is empty"));
        }
    });
    return key;
}

}  // namespace

std::vector<World> read_worlds(const WorldsOptions& options) {
    if (options.worlds_file.empty()) {
        std::string errors;
        World world{"default", {}, {}};
        try {
            world.url = checked_url(required(options.api_url, "is not set, nor is CCC_WORLDS_FILE"));
        } catch (const BadInput& error) {
            errors = std::string("CCC_API_URL: ") + error.what();
        }
        try {
            world.api_key = checked_key(options.api_key);
        } catch (const BadInput& error) {
            errors += (errors.empty() ? "" : "\n") + std::string("CCC_API_KEY: ") + error.what();
        }
        if (!errors.empty()) {
            throw BadInput(errors);
        }
        return {world};
    }
    std::ifstream file(options.worlds_file, std::ios::binary);
    if (!file || file.peek() == std::ifstream::traits_type::eof()) {
        const int error = errno;
        throw BadInput("CCC_WORLDS_FILE '" + options.worlds_file + "': cannot be read or is empty" +
                       (file.is_open() ? "" : ": " + std::generic_category().message(error)));
    }
    return WorldsReader(options.worlds_file).read(file);
}

}  // namespace watchtower::collector
