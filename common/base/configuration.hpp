#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"

namespace watchtower {

/// A process's options: what there is, and reading it. An option NAME is the environment variable NAME, the flag
/// --name (lower case, hyphens) and the key `name` of the file given by --config-file. A flag wins over the
/// environment, that over the file, that over the default already in the target. An empty variable counts as not set.
/// A secret NAME may be given as NAME_FILE, the path of a file that holds it (one newline at the end is cut).
class Configuration {
public:
    /// `program` is the executable's name, `description` the first line of --help.
    Configuration(std::string program, std::string description);

    /// Each declares one option whose value goes to `target` (which must outlive read) and whose default is what
    /// target holds now. `help` is a line without a full stop. Bounds are inclusive.
    void text(std::string name, std::string& target, std::string help);
    void secret(std::string name, std::string& target, std::string help);
    void integer(std::string name, std::int64_t& target, std::int64_t least, std::int64_t most, std::string help);
    void number(std::string name, double& target, double least, double most, std::string help);
    /// Seconds, with a fraction down to milliseconds.
    void seconds(std::string name, Milliseconds& target, Milliseconds least, Milliseconds most, std::string help);
    /// "1048576", "64 KiB", "256MiB", "1GiB".
    void bytes(std::string name, std::uint64_t& target, std::uint64_t least, std::string help);
    void choice(std::string name, std::string& target, std::vector<std::string> allowed, std::string help);
    /// Comma-separated; empty entries are dropped, blanks around them cut.
    void list(std::string name, std::vector<std::string>& target, std::string help);
    void secret_list(std::string name, std::vector<std::string>& target, std::string help);
    void boolean(std::string name, bool& target, std::string help);
    /// LISTEN port: 0 to 65535, 0 for any free one.
    void port(std::string name, std::uint16_t& target, std::string help);
    /// LOG_LEVEL and LOG_FORMAT.
    void log(log::Options& target);

    /// A check of what an option means or of several together; an option that cannot be read has its default then. It
    /// throws BadInput.
    void check(std::function<void()> condition) { checks_.push_back(std::move(condition)); }

    /// Reads everything. Nothing: go on. A number: the process's exit code (0 after --help, --version or
    /// --check-config; 2 after telling all errors on stderr). Overwrites the values of secrets in argv, so that the
    /// process list shows none.
    [[nodiscard]] std::optional<int> read(int argc, char** argv);

private:
    enum class Source { by_default, file, environment, flag };
    struct Option {
        std::string name;
        std::string help;
        std::string value_name;
        std::string default_text;
        bool is_secret = false;
        std::function<void(const std::string&)> assign;  ///< throws BadInput
        std::optional<std::string> value;                ///< the winning text
        Source source = Source::by_default;
    };

    Option& add(std::string name, std::string value_name, std::string help);
    void offer(Option& option, Source source, const std::string& value, const std::string& path);
    void read_command_line(int argc, char** argv);
    void read_environment();
    void read_file();
    void assign_all();
    void print_effective() const;

    std::string program_;
    std::string description_;
    std::string config_file_;
    bool check_only_ = false;
    std::vector<Option> options_;
    std::vector<std::function<void()>> checks_;
    std::vector<std::string> errors_;
    std::optional<int> exit_code_;
};

/// The content of a file that holds a secret, without one newline at its end. Throws BadInput that names the path.
[[nodiscard]] std::string read_secret_file(const std::string& path);

/// The version of this build, as --version and watchtower_build_info show it.
[[nodiscard]] std::string version();

}  // namespace watchtower
