#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "services/ccc-simulator/faults.hpp"
#include "services/ccc-simulator/realm.hpp"
#include "services/ccc-simulator/shape.hpp"

namespace watchtower::simulator {

/// What the simulator can be told from outside.
struct Options {
    std::string listen_address = "127.0.0.1";
    std::uint16_t port = 8900;
    std::vector<std::string> worlds = {"default"};  ///< the n-th has the seed world.seed + n
    WorldOptions world;
    Shape shape;
    double speed = 1;           ///< game seconds in a second; 0: moved by hand
    std::uint32_t warmup = 0;   ///< game seconds that the first epoch has behind it at the start
    std::size_t page_size = 0;  ///< 0: no pages
    std::vector<Fault> faults;
    std::string api_key;      ///< empty: everybody may read
    std::string admin_token;  ///< empty: this machine may move the levers
    log::Options log{"ccc-simulator"};
};

/// Reads flags, environment and file into `options`. A number: the process is to end with it.
[[nodiscard]] std::optional<int> read_options(int argc, char** argv, Options& options);

}  // namespace watchtower::simulator
