#include "common/base/configuration.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <system_error>

#include <CLI/CLI.hpp>

#include "common/base/error.hpp"
#include "common/base/option_text.hpp"

namespace watchtower {

std::string read_secret_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string secret;
    if (file.is_open()) {
        // Unlike an insertion of the buffer, this tells an empty file (good) from one that cannot be read (a folder).
        std::array<char, 4096> piece{};
        while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
            secret.append(piece.data(), static_cast<std::size_t>(file.gcount()));
        }
    }
    if (!file.is_open() || file.bad()) {
        throw BadInput("cannot read '" + path + "': " + std::generic_category().message(errno));
    }
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
        // NOLINTNEXTLINE(concurrency-mt-unsafe): read at start, before there are threads
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
        errors_.push_back("config file '" + config_file_ + "': " + std::generic_category().message(errno));
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
    for (const auto& condition : checks_) {
        try {
            condition();
        } catch (const BadInput& error) {
            errors_.emplace_back(error.what());
        }
    }
}

void Configuration::print_effective() const {
    static const std::map<Source, const char*> kNames = {{Source::by_default, "default"},
                                                         {Source::file, "file"},
                                                         {Source::environment, "environment"},
                                                         {Source::flag, "flag"}};
    std::cout << "# the configuration is right\n";
    for (const Option& option : options_) {
        const std::string value = option.value.value_or(option.default_text);
        std::cout << option.name << "=" << (option.is_secret && !value.empty() && option.value ? "***" : value)
                  << "  # " << kNames.at(option.source) << "\n";
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
