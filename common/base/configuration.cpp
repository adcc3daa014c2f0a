#include "common/base/configuration.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

#include "common/base/error.hpp"

namespace watchtower {

namespace {

std::string to_flag(std::string_view name) {
    std::string flag(name);
    for (char& c : flag) {
        c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return flag;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? ""
                                           : std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

template <typename T>
std::optional<T> parse_whole(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::string shortest(double value) {
    std::array<char, 40> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), result.ptr};
}

std::string bounds(double least, double most) {
    return "a number from " + shortest(least) + " to " + shortest(most);
}

double parse_number(const std::string& text, double least, double most) {
    const auto value = parse_whole<double>(text);
    if (!value || !std::isfinite(*value) || *value < least || *value > most) {
        throw BadInput("'" + text + "' is not " + bounds(least, most));
    }
    return *value;
}

std::uint64_t parse_bytes(const std::string& text) {
    static const std::map<std::string, unsigned> units = {{"", 0},
                                                          {"b", 0},
                                                          {"kb", 10},
                                                          {"kib", 10},
                                                          {"k", 10},
                                                          {"mb", 20},
                                                          {"mib", 20},
                                                          {"m", 20},
                                                          {"gb", 30},
                                                          {"gib", 30},
                                                          {"g", 30}};
    const auto digits_end = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto value = parse_whole<std::uint64_t>(text.substr(0, digits_end));
    std::string unit = trimmed(text.substr(digits_end));
    std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto shift = units.find(unit);
    if (!value || shift == units.end() || *value > (UINT64_MAX >> 1U) >> shift->second) {
        throw BadInput("'" + text + "' is not a size such as 1048576, 64KiB or 1GiB");
    }
    return *value << shift->second;
}

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> entries;
    std::istringstream stream(text);
    for (std::string entry; std::getline(stream, entry, ',');) {
        if (entry = trimmed(entry); !entry.empty()) {
            entries.push_back(entry);
        }
    }
    return entries;
}

std::string join(const std::vector<std::string>& entries, const char* separator) {
    std::string text;
    for (const auto& entry : entries) {
        text.append(text.empty() ? "" : separator).append(entry);
    }
    return text;
}

}  // namespace

std::string read_secret_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    if (!file || !(content << file.rdbuf())) {
        // An empty file makes the insertion fail too, and is an empty secret.
        if (file.is_open() && std::ifstream(path).peek() == std::ifstream::traits_type::eof() && errno != EISDIR) {
            return {};
        }
        throw BadInput("cannot read '" + path + "': " + std::strerror(errno));
    }
    std::string secret = content.str();
    if (secret.ends_with('\n')) {
        secret.pop_back();
    }
    if (secret.ends_with('\r')) {
        secret.pop_back();
    }
    return secret;
}

std::string version() {
    return WATCHTOWER_VERSION;
}

Configuration::Configuration(std::string program, std::string description)
    : program_(std::move(program)),
      description_(std::move(description)) {}

Configuration::Option& Configuration::add(std::string name, std::string value_name, std::string help) {
    Option& option = options_.emplace_back();
    option.name = std::move(name);
    option.value_name = std::move(value_name);
    option.help = std::move(help);
    return option;
}

void Configuration::text(std::string name, std::string& target, std::string help) {
    Option& option = add(std::move(name), "TEXT", std::move(help));
    option.default_text = target;
    option.assign = [&target](const std::string& value) { target = value; };
}

void Configuration::secret(std::string name, std::string& target, std::string help) {
    text(std::move(name), target, std::move(help));
    options_.back().is_secret = true;
}

void Configuration::integer(
    std::string name, std::int64_t& target, std::int64_t least, std::int64_t most, std::string help) {
    Option& option = add(std::move(name), "NUMBER", std::move(help));
    option.default_text = std::to_string(target);
    option.assign = [&target, least, most](const std::string& value) {
        const auto number = parse_whole<std::int64_t>(value);
        if (!number || *number < least || *number > most) {
            throw BadInput("'" + value + "' is not a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most));
        }
        target = *number;
    };
}

void Configuration::number(std::string name, double& target, double least, double most, std::string help) {
    Option& option = add(std::move(name), "NUMBER", std::move(help));
    option.default_text = shortest(target);
    option.assign = [&target, least, most](const std::string& value) { target = parse_number(value, least, most); };
}

void Configuration::seconds(
    std::string name, Milliseconds& target, Milliseconds least, Milliseconds most, std::string help) {
    Option& option = add(std::move(name), "SECONDS", std::move(help));
    option.default_text = shortest(static_cast<double>(target.count()) / 1000);
    option.assign = [&target, least, most](const std::string& value) {
        const double number =
            parse_number(value, static_cast<double>(least.count()) / 1000, static_cast<double>(most.count()) / 1000);
        target = Milliseconds(std::llround(number * 1000));
    };
}

void Configuration::bytes(std::string name, std::uint64_t& target, std::uint64_t least, std::string help) {
    Option& option = add(std::move(name), "BYTES", std::move(help));
    option.default_text = std::to_string(target);
    option.assign = [&target, least](const std::string& value) {
        const auto number = parse_bytes(value);
        if (number < least) {
            throw BadInput("'" + value + "' is under " + std::to_string(least) + " bytes");
        }
        target = number;
    };
}

void Configuration::choice(std::string name, std::string& target, std::vector<std::string> allowed, std::string help) {
    Option& option = add(std::move(name), join(allowed, "|"), std::move(help));
    option.default_text = target;
    option.assign = [&target, allowed = std::move(allowed)](const std::string& value) {
        if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
            throw BadInput("'" + value + "' is none of " + join(allowed, ", "));
        }
        target = value;
    };
}

void Configuration::list(std::string name, std::vector<std::string>& target, std::string help) {
    Option& option = add(std::move(name), "A,B,…", std::move(help));
    option.default_text = join(target, ",");
    option.assign = [&target](const std::string& value) { target = split_list(value); };
}

void Configuration::secret_list(std::string name, std::vector<std::string>& target, std::string help) {
    list(std::move(name), target, std::move(help));
    options_.back().is_secret = true;
}

void Configuration::boolean(std::string name, bool& target, std::string help) {
    Option& option = add(std::move(name), "true|false", std::move(help));
    option.default_text = target ? "true" : "false";
    option.assign = [&target](const std::string& value) {
        static const std::map<std::string, bool> words = {{"true", true},
                                                          {"1", true},
                                                          {"yes", true},
                                                          {"on", true},
                                                          {"false", false},
                                                          {"0", false},
                                                          {"no", false},
                                                          {"off", false}};
        const auto word = words.find(value);
        if (word == words.end()) {
            throw BadInput("'" + value + "' is neither true nor false");
        }
        target = word->second;
    };
}

void Configuration::port(std::string name, std::uint16_t& target, std::string help) {
    Option& option = add(std::move(name), "PORT", std::move(help));
    option.default_text = std::to_string(target);
    option.assign = [&target](const std::string& value) {
        const auto number = parse_whole<std::uint16_t>(value);
        if (!number) {
            throw BadInput("'" + value + "' is not a port from 0 to 65535");
        }
        target = *number;
    };
}

void Configuration::log(log::Options& target) {
    target.format = log::default_format();
    Option& level = add("LOG_LEVEL", "debug|info|warn|error", "least severity that is logged");
    level.default_text = "info";
    level.assign = [&target](const std::string& value) {
        static const std::map<std::string, log::Level> levels = {{"debug", log::Level::debug},
                                                                 {"info", log::Level::info},
                                                                 {"warn", log::Level::warn},
                                                                 {"error", log::Level::error}};
        const auto found = levels.find(value);
        if (found == levels.end()) {
            throw BadInput("'" + value + "' is none of debug, info, warn, error");
        }
        target.level = found->second;
    };
    Option& format = add("LOG_FORMAT", "text|json", "how a line of the log looks");
    format.default_text = "text on a terminal, else json";
    format.assign = [&target](const std::string& value) {
        if (value != "text" && value != "json") {
            throw BadInput("'" + value + "' is none of text, json");
        }
        target.format = value == "text" ? log::Format::text : log::Format::json;
    };
}

/// Takes `value` (or, when `path` is not empty, the content of that file) unless a better source gave one already.
void Configuration::offer(Option& option, Source source, const std::string& value, const std::string& path) {
    if (option.source >= source && option.value) {
        return;
    }
    if (!value.empty() && !path.empty()) {
        errors_.push_back(option.name + " and " + option.name + "_FILE are both given");
        return;
    }
    try {
        option.value = path.empty() ? value : read_secret_file(path);
        option.source = source;
    } catch (const BadInput& error) {
        errors_.push_back(option.name + "_FILE: " + error.what());
    }
}

void Configuration::read_command_line(int argc, char** argv) {
    CLI::App app(description_, program_);
    app.allow_extras();
    app.set_version_flag("--version", program_ + " " + version());
    app.add_flag("--check-config", check_only_, "tell whether the configuration is right, show it, and end");
    app.add_option("--config-file,--config", config_file_, "file of `name = value` lines (TOML)")
        ->envname("CONFIG_FILE");
    std::map<std::string, std::string> values;
    std::map<std::string, std::string> paths;
    for (const Option& option : options_) {
        app.add_option("--" + to_flag(option.name), values[option.name], option.help + " [" + option.name + "]")
            ->type_name(option.value_name + (option.default_text.empty() ? "" : " (" + option.default_text + ")"))
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        if (option.is_secret) {
            app.add_option("--" + to_flag(option.name) + "-file", paths[option.name], "file that holds it")
                ->type_name("PATH");
        }
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            exit_code_ = app.exit(error);
            return;
        }
        errors_.emplace_back(error.what());
    }
    for (const std::string& extra : app.remaining()) {
        errors_.push_back("unknown option " + extra.substr(0, extra.find('=')));
    }
    for (Option& option : options_) {
        const auto* given = app.get_option("--" + to_flag(option.name));
        const auto path = paths.find(option.name);
        const bool path_given = path != paths.end() && !path->second.empty();
        if (given->count() > 0 || path_given) {
            offer(option, Source::flag, values[option.name], path_given ? path->second : "");
        }
    }
    // The process list shows argv: leave the flag, hide the value.
    for (int i = 1; i < argc; ++i) {
        for (const Option& option : options_) {
            const std::string flag = "--" + to_flag(option.name);
            if (option.is_secret && std::string_view(argv[i]).starts_with(flag + "=")) {
                std::memset(argv[i] + flag.size() + 1, '*', std::strlen(argv[i]) - flag.size() - 1);
            } else if (option.is_secret && argv[i] == flag && i + 1 < argc) {
                std::memset(argv[i + 1], '*', std::strlen(argv[i + 1]));
            }
        }
    }
}

void Configuration::read_environment() {
    const auto variable = [](const std::string& name) {
        const char* value = std::getenv(name.c_str());
        return std::string(value == nullptr ? "" : value);
    };
    for (Option& option : options_) {
        const std::string value = variable(option.name);
        const std::string path = option.is_secret ? variable(option.name + "_FILE") : "";
        if (!value.empty() || !path.empty()) {
            offer(option, Source::environment, value, path);
        }
    }
}

void Configuration::read_file() {
    if (config_file_.empty()) {
        return;
    }
    std::ifstream file(config_file_);
    if (!file) {
        errors_.push_back("config file '" + config_file_ + "': " + std::strerror(errno));
        return;
    }
    std::vector<CLI::ConfigItem> items;
    try {
        items = CLI::ConfigTOML().from_config(file);
    } catch (const CLI::Error& error) {
        errors_.push_back("config file '" + config_file_ + "': " + error.what());
        return;
    }
    std::map<std::string, std::pair<std::string, std::string>> given;  // flag → value, path
    for (const auto& item : items) {
        const std::string key = to_flag(item.fullname());
        const auto option = std::find_if(options_.begin(), options_.end(), [&key](const Option& o) {
            return key == to_flag(o.name) || (o.is_secret && key == to_flag(o.name) + "-file");
        });
        if (option == options_.end() || item.inputs.empty()) {
            errors_.push_back("config file '" + config_file_ + "': unknown key '" + item.fullname() + "'");
            continue;
        }
        auto& [value, path] = given[to_flag(option->name)];
        (key == to_flag(option->name) ? value : path) = join(item.inputs, ",");
    }
    for (Option& option : options_) {
        if (const auto entry = given.find(to_flag(option.name)); entry != given.end()) {
            offer(option, Source::file, entry->second.first, entry->second.second);
        }
    }
}

void Configuration::assign_all() {
    for (const Option& option : options_) {
        if (!option.value) {
            continue;
        }
        try {
            option.assign(*option.value);
        } catch (const BadInput& error) {
            errors_.push_back(option.name + ": " + (option.is_secret ? "the value is not usable" : error.what()));
        }
    }
    if (!errors_.empty()) {
        return;
    }
    for (const auto& condition : checks_) {
        try {
            condition();
        } catch (const BadInput& error) {
            errors_.emplace_back(error.what());
        }
    }
}

void Configuration::print_effective() const {
    static const std::map<Source, const char*> names = {{Source::by_default, "default"},
                                                        {Source::file, "file"},
                                                        {Source::environment, "environment"},
                                                        {Source::flag, "flag"}};
    std::cout << "# the configuration is right\n";
    for (const Option& option : options_) {
        const std::string value = option.value.value_or(option.default_text);
        std::cout << option.name << "=" << (option.is_secret && !value.empty() && option.value ? "***" : value)
                  << "  # " << names.at(option.source) << "\n";
    }
}

std::optional<int> Configuration::read(int argc, char** argv) {
    read_command_line(argc, argv);
    if (exit_code_) {
        return exit_code_;
    }
    read_environment();
    read_file();
    assign_all();
    if (!errors_.empty()) {
        for (const std::string& error : errors_) {
            std::cerr << program_ << ": " << error << "\n";
        }
        return 2;
    }
    if (check_only_) {
        print_effective();
        return 0;
    }
    return std::nullopt;
}

}  // namespace watchtower
