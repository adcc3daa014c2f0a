#include "common/base/run_service.hpp"
#include "services/api-gateway/app.hpp"

int main(int argc, char** argv) {
    return watchtower::run_service<watchtower::gateway::App>(argc, argv, watchtower::gateway::read_options);
}
