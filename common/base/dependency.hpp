#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace watchtower {

enum class DependencyState { unknown, up, down };

/// "unknown", "up" or "down".
[[nodiscard]] const char* to_string(DependencyState state);

/// What a client of an outside server knows of it, from its last use. Logs `dependency_down` and `dependency_up` once
/// when the state changes. Thread-safe.
class Dependency {
public:
    /// `name` is the value of the label in watchtower_dependency_up: "postgres", "redis", "nats", "ccc".
    explicit Dependency(std::string name) : name_(std::move(name)) {}

    void succeeded();
    /// `why` goes to the log and must hold no secret.
    void failed(const std::string& why);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] DependencyState state() const { return state_; }

private:
    const std::string name_;
    std::atomic<DependencyState> state_ = DependencyState::unknown;
};

/// The dependencies of a process, shared between their clients and those who report on them (health, metrics).
using Dependencies = std::vector<std::shared_ptr<const Dependency>>;

}  // namespace watchtower
