#pragma once

#include <functional>
#include <string>
#include <vector>

namespace watchtower::collector::doctor {

/// warning: it works, and will not always. failed: something that Watchtower is for does not work.
enum class Verdict { ok, warning, failed };

/// "ok", "warning" or "failed".
[[nodiscard]] const char* to_string(Verdict verdict);

/// What one look at one thing found.
struct Outcome {
    Verdict verdict = Verdict::ok;
    std::string what;    ///< without secrets
    std::string advice;  ///< what to do about it; empty when nothing has to be done
};

[[nodiscard]] Outcome fine(std::string what);
[[nodiscard]] Outcome warning(std::string what, std::string advice);
[[nodiscard]] Outcome failed(std::string what, std::string advice);

/// One look at one thing. What `look` throws is a failure whose text is the error's.
struct Check {
    std::string name;  ///< "redis memory"
    std::function<Outcome()> look;
    std::string advice;  ///< for when `look` throws
};

struct Finding {
    std::string check;
    Outcome outcome;
};
using Findings = std::vector<Finding>;

/// The checks of one server, in order. The first is whether it can be reached: when it cannot, the others are not
/// tried and say so.
[[nodiscard]] Findings run(const std::vector<Check>& checks);

/// The worst of all; ok when there is none.
[[nodiscard]] Verdict worst(const Findings& findings);

/// For people: a line for each finding, a further one for its advice, a last one that sums up.
[[nodiscard]] std::string to_text(const Findings& findings);

/// {"verdict": …, "checks": [{"check", "verdict", "what", "advice"?}, …]} and a newline.
[[nodiscard]] std::string to_json(const Findings& findings);

}  // namespace watchtower::collector::doctor
