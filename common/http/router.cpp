#include "common/http/router.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/http/uri.hpp"

namespace watchtower::http {

Router::Router(std::vector<Route> routes) {
    std::vector<Method> methods;
    for (auto& route : routes) {
        auto segments = parse_pattern(route.pattern);
        methods.push_back(route.method);
        const auto same_shape = [&](const Entry& other) {
            return other.route.method == route.method && std::equal(other.segments.begin(),
                                                                    other.segments.end(),
                                                                    segments.begin(),
                                                                    segments.end(),
                                                                    [](const Segment& a, const Segment& b) {
                                                                        return a.is_parameter == b.is_parameter &&
                                                                               (a.is_parameter || a.text == b.text);
                                                                    });
        };
        if (std::any_of(entries_.begin(), entries_.end(), same_shape)) {
            throw Error("route " + std::string(to_text(route.method)) + " " + route.pattern + ": stands twice");
        }
        if (!route.handler) {
            throw Error("route " + std::string(to_text(route.method)) + " " + route.pattern + ": has no handler");
        }
        entries_.push_back({std::move(route), std::move(segments)});
    }
    allow_all_ = to_allow(methods);
}

std::vector<Router::Segment> Router::parse_pattern(const std::string& pattern) {
    if (!pattern.starts_with('/')) {
        throw Error("route " + pattern + ": does not begin with a slash");
    }
    std::vector<Segment> segments;
    for (auto& text : parse_path(pattern)) {
        const bool is_parameter = text.size() > 2 && text.front() == '{' && text.back() == '}';
        if (is_parameter) {
            text = text.substr(1, text.size() - 2);
        }
        if (text.find_first_of("{}") != std::string::npos) {
            throw Error("route " + pattern + ": a parameter is a whole segment in braces");
        }
        segments.push_back({std::move(text), is_parameter});
    }
    return segments;
}

bool Router::matches(const Entry& entry, const std::vector<std::string>& segments) {
    return std::equal(entry.segments.begin(),
                      entry.segments.end(),
                      segments.begin(),
                      segments.end(),
                      [](const Segment& pattern, const std::string& text) {
                          return pattern.is_parameter ? !text.empty() : pattern.text == text;
                      });
}

bool Router::wins_over(const Entry& one, const Entry& other) {
    return std::lexicographical_compare(
        one.segments.begin(),
        one.segments.end(),
        other.segments.begin(),
        other.segments.end(),
        [](const Segment& a, const Segment& b) { return !a.is_parameter && b.is_parameter; });
}

std::string Router::to_allow(const std::vector<Method>& methods) {
    constexpr std::array kOrder = {
        Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del, Method::options};
    const auto has = [&](Method method) { return std::find(methods.begin(), methods.end(), method) != methods.end(); };
    std::string text;
    for (const auto method : kOrder) {
        if (has(method) || method == Method::options || (method == Method::head && has(Method::get))) {
            text += (text.empty() ? "" : ", ") + std::string(to_text(method));
        }
    }
    return text;
}

const Router::Entry* Router::best(Method method, const std::vector<std::string>& segments) const {
    const Entry* found = nullptr;
    for (const auto& entry : entries_) {
        if (entry.route.method == method && matches(entry, segments) &&
            (found == nullptr || wins_over(entry, *found))) {
            found = &entry;
        }
    }
    return found;
}

Router::Match Router::find(Method method, const std::vector<std::string>& segments) const {
    Match match;
    const auto* entry = best(method, segments);
    if (entry == nullptr && method == Method::head) {
        entry = best(Method::get, segments);
    }
    if (entry != nullptr) {
        match.route = &entry->route;
        for (std::size_t i = 0; i < segments.size(); ++i) {
            if (entry->segments[i].is_parameter) {
                match.parameters.emplace_back(entry->segments[i].text, segments[i]);
            }
        }
        return match;
    }
    std::vector<Method> methods;
    for (const auto& other : entries_) {
        if (matches(other, segments)) {
            methods.push_back(other.route.method);
        }
    }
    if (!methods.empty()) {
        match.allow = to_allow(methods);
    }
    return match;
}

}  // namespace watchtower::http
