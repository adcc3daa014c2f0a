#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace watchtower::test {

/// A number that a query of Prometheus must give.
struct Expected {
    std::string file;
    std::string panel;
    double number = 0;
    std::map<std::string, std::string> labels = {};  ///< some of the series'; exactly one series has them
    std::string ref = "A";
};

/// What the simulator knows of several worlds together: the sums of numbers in the texts of GET /truth.
class Truth {
public:
    void add(nlohmann::json world) { worlds_.push_back(std::move(world)); }

    /// `pointer` is that of a number: "/gold/stock".
    [[nodiscard]] double operator()(const std::string& pointer) const;

    /// The members of an object of which `below` ("", "/count") is not 0 everywhere.
    [[nodiscard]] std::set<std::string> names(const std::string& pointer, const std::string& below = "") const;

private:
    std::vector<nlohmann::json> worlds_;
};

/// What is, and what happened since the first sight.
[[nodiscard]] std::vector<Expected> numbers_now(const Truth& truth);

/// What happened between two moments that Prometheus has both seen.
[[nodiscard]] std::vector<Expected> numbers_since(const Truth& before, const Truth& now);

}  // namespace watchtower::test
