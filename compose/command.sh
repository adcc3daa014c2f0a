# shellcheck shell=bash
# compose ARGUMENT…: docker-compose, or docker's own subcommand where there is no such program.
compose() {
    if command -v docker-compose >/dev/null; then
        docker-compose "$@"
    else
        docker compose "$@"
    fi
}
