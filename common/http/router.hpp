#pragma once

#include <string>
#include <vector>

#include "common/http/server.hpp"

namespace watchtower::http {

/// A service's route table, searched by method and path. Immutable, so usable from every thread.
class Router {
public:
    /// Throws Error that names the pattern: malformed, or the same method and shape twice.
    explicit Router(std::vector<Route> routes);

    struct Match {
        const Route* route = nullptr;  ///< null: none for this path and method
        std::vector<Pair> parameters;
        std::string
            allow;  ///< when route is null: the methods the path has ("GET, HEAD, OPTIONS"); empty: no such path
    };

    /// Of the routes that match, the one with the earlier literal segment wins. HEAD falls back on GET.
    [[nodiscard]] Match find(Method method, const std::vector<std::string>& segments) const;

    /// The methods of all routes, for "OPTIONS *".
    [[nodiscard]] const std::string& allow_all() const { return allow_all_; }

private:
    struct Segment {
        std::string text;  // the literal, or the parameter's name
        bool is_parameter = false;
    };
    struct Entry {
        Route route;
        std::vector<Segment> segments;
    };

    static std::vector<Segment> parse_pattern(const std::string& pattern);
    static bool matches(const Entry& entry, const std::vector<std::string>& segments);
    static bool wins_over(const Entry& one, const Entry& other);
    static std::string to_allow(const std::vector<Method>& methods);
    [[nodiscard]] const Entry* best(Method method, const std::vector<std::string>& segments) const;

    std::vector<Entry> entries_;
    std::string allow_all_;
};

}  // namespace watchtower::http
