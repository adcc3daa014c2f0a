#include "common/base/run_service.hpp"
#include "services/publisher/app.hpp"

int main(int argc, char** argv) {
    return watchtower::run_service<watchtower::publisher::App>(argc, argv, watchtower::publisher::read_options);
}
