#include "common/base/run_service.hpp"
#include "services/exporter/app.hpp"

int main(int argc, char** argv) {
    return watchtower::run_service<watchtower::exporter::App>(argc, argv, watchtower::exporter::read_options);
}
