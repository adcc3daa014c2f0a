#!/bin/bash
# usage: upgrade.sh
# The versions that .env names, in place of what runs; `make upgrade`. New gateways answer before the old ones go, so no
# request fails. The collectors bring the database up to date; backup.sh before, as there is no way back but restore.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=compose/command.sh
. compose/command.sh

ids() { compose ps -q "$1"; }
healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" = healthy ]; }

# Those that are healthy already are not waited for.
all_healthy() {
    local id tries
    for id in $(ids "$1"); do
        for ((tries = 0; tries < 120; tries++)); do
            ! healthy "$id" || continue 2
            sleep 1
        done
        echo "upgrade: a container of $1 does not become healthy; look at its log, then run this again" >&2
        return 1
    done
}

scaled() { ids "$1" | wc -l; }

for service in collector exporter publisher; do
    compose up --detach --no-deps --scale "$service=$(scaled "$service")" "$service"
    all_healthy "$service"
done

mapfile -t old < <(ids api-gateway)
compose up --detach --no-deps --no-recreate --scale "api-gateway=$((2 * ${#old[@]}))" api-gateway
all_healthy api-gateway
for id in "${old[@]}"; do
    sleep 2  # the balancer looks up the gateways once a second
    docker stop --time 15 "$id" >/dev/null
    docker rm "$id" >/dev/null
done
echo 'upgrade: all services run as .env says'
