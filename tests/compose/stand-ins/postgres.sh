#!/bin/bash
# The part of the official image's entry point that compose/ relies on: data made at the first start, with the superuser's
# password from a file, POSTGRES_INITDB_ARGS, the database, and the scripts of /docker-entrypoint-initdb.d.
set -euo pipefail

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    # shellcheck disable=SC2086  # several arguments
    initdb --pgdata="$PGDATA" --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" ${POSTGRES_INITDB_ARGS:-}
    printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
    printf "listen_addresses = '*'\n" >>"$PGDATA/postgresql.conf"
    pg_ctl --pgdata="$PGDATA" --wait start -o "$(printf '%q ' "${@:2}" -c listen_addresses=)"
    psql --username=postgres --dbname=postgres --set=ON_ERROR_STOP=1 --command="create database \"$POSTGRES_DB\""
    for script in /docker-entrypoint-initdb.d/*; do
        echo "running $script"
        "$script"
    done
    pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
fi
exec "$@"
