#include "common/base/run_service.hpp"
#include "services/ccc-simulator/app.hpp"

int main(int argc, char** argv) {
    return watchtower::run_service<watchtower::simulator::App>(argc, argv, watchtower::simulator::read_options);
}
