#include <algorithm>
#include <cmath>
#include <map>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"
#include "common/base/option_text.hpp"

namespace watchtower {

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
        static const std::map<std::string, bool> kWords = {{"true", true},
                                                           {"1", true},
                                                           {"yes", true},
                                                           {"on", true},
                                                           {"false", false},
                                                           {"0", false},
                                                           {"no", false},
                                                           {"off", false}};
        const auto word = kWords.find(value);
        if (word == kWords.end()) {
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
        static const std::map<std::string, log::Level> kLevels = {{"debug", log::Level::debug},
                                                                  {"info", log::Level::info},
                                                                  {"warn", log::Level::warn},
                                                                  {"error", log::Level::error}};
        const auto found = kLevels.find(value);
        if (found == kLevels.end()) {
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

}  // namespace watchtower
