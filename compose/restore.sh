#!/bin/bash
# usage: restore.sh FILE
# PostgreSQL's data as backup.sh wrote it, in place of what is there; `make restore FILE=…`. The services are stopped only
# when all of it is loaded, and nothing is changed when it cannot be. What Redis holds is newer than the backup, so it goes.
set -euo pipefail
file=$(readlink -f "${1:?usage: restore.sh FILE}")
cd "$(dirname "$0")/.."
# shellcheck source=compose/command.sh
. compose/command.sh
services=(publisher exporter api-gateway collector redis)

as_superuser() {
    compose exec -T postgres psql --username=postgres --dbname=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$@" </dev/null
}

[ -r "$file" ] || { echo "restore: cannot read $file" >&2; exit 1; }
as_superuser --command='drop database if exists watchtower_restored' --command='create database watchtower_restored owner watchtower'
if ! compose exec -T postgres pg_restore --username=postgres --dbname=watchtower_restored --exit-on-error --single-transaction <"$file"; then
    as_superuser --command='drop database watchtower_restored'
    echo "restore: $file could not be loaded; nothing was changed" >&2
    exit 1
fi
compose stop "${services[@]}"
as_superuser --command='drop database watchtower with (force)' --command='alter database watchtower_restored rename to watchtower'
compose exec -T postgres bash /docker-entrypoint-initdb.d/roles.sh </dev/null
compose run --rm --no-deps -T --entrypoint 'sh -c "rm -rf /data/*"' redis </dev/null
for service in redis collector api-gateway exporter publisher; do
    compose start "$service"
done
echo "restore: $file is in place"
