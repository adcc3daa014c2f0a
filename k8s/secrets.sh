#!/bin/bash
# usage: secrets.sh FOLDER [NAMESPACE] | kubectl apply -f -
# Prints the secrets of the prod overlay (namespace watchtower) made of the files in FOLDER: database-url, reader-database-url,
# redis-url, nats-url, and ccc-api-key (may be empty). api-key is made up and kept there when it is missing.
set -euo pipefail

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
fi
folder=$1
namespace=${2:-watchtower}
missing=()
for name in database-url reader-database-url redis-url nats-url; do
    [ -s "$folder/$name" ] || missing+=("$name")
done
[ -f "$folder/ccc-api-key" ] || missing+=(ccc-api-key)
if [ ${#missing[@]} -gt 0 ]; then
    echo "secrets.sh: missing or empty in $folder: ${missing[*]}" >&2
    exit 1
fi
if [ ! -s "$folder/api-key" ]; then
    (umask 077 && head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$folder/api-key")
    echo "secrets.sh: made a key for the API: $folder/api-key" >&2
fi

secret() {
    local name=$1 key files=()
    shift
    for key; do
        files+=("--from-file=$key=$folder/$key")
    done
    kubectl create secret generic "$name" --namespace "$namespace" --dry-run=client --output=yaml "${files[@]}"
}

secret watchtower-stores database-url reader-database-url redis-url nats-url
echo ---
secret watchtower-keys api-key ccc-api-key
