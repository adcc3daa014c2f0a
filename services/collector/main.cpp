#include "common/base/run_service.hpp"
#include "services/collector/app.hpp"

int main(int argc, char** argv) {
    return watchtower::run_service<watchtower::collector::App>(argc, argv, watchtower::collector::read_options);
}
