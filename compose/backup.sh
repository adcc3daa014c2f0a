#!/bin/bash
# usage: backup.sh [FILE]
# PostgreSQL's data while everything runs, into backups/watchtower-<time>.dump; `make backup`. Nothing else has to be kept:
# Redis may be lost, and NATS keeps copies of what was published. The file is readable by its owner only.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=compose/command.sh
. compose/command.sh
umask 077

file=${1:-backups/watchtower-$(date -u +%Y%m%dT%H%M%SZ).dump}
mkdir -p "$(dirname "$file")"
trap 'rm -f "$file.new"' EXIT
compose exec -T postgres pg_dump --username=postgres --dbname=watchtower --format=custom >"$file.new" </dev/null
# Readable to its end, or it is no backup.
compose exec -T postgres pg_restore --file=/dev/null <"$file.new"
mv "$file.new" "$file"
echo "backup: $file, $(stat -c %s "$file") bytes"
