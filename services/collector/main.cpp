#include <string_view>

#include "common/base/run_service.hpp"
#include "services/collector/app.hpp"
#include "services/collector/doctor/command.hpp"
#include "services/collector/erasure/command.hpp"
#include "services/collector/migrate/command.hpp"

int main(int argc, char** argv) {
    using namespace watchtower::collector;
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "doctor") {
        return doctor_command(argc - 1, argv + 1);
    }
    if (command == "erase-player") {
        return erase_player_command(argc - 1, argv + 1);
    }
    if (command == "migrate") {
        return migrate_command(argc - 1, argv + 1);
    }
    return watchtower::run_service<App>(argc, argv, read_options);
}
