#include <string_view>

#include "common/base/run_service.hpp"
#include "services/collector/app.hpp"
#include "services/collector/erasure/command.hpp"

int main(int argc, char** argv) {
    using namespace watchtower::collector;
    if (argc > 1 && std::string_view(argv[1]) == "erase-player") {
        return erase_player_command(argc - 1, argv + 1);
    }
    return watchtower::run_service<App>(argc, argv, read_options);
}
