#!/bin/bash
# usage: install.sh FOLDER
# Puts the npm packages of package-lock.json into FOLDER/node_modules, from npm's cache where it has them. No package's
# own scripts run.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
folder=$1
log=$folder/npm.log

if ! command -v npm >/dev/null; then
    echo 'api-gateway: npm is missing, which fetches what its pages are made of: make deps installs it' >&2
    exit 1
fi
mkdir -p "$folder"
cp "$here/package.json" "$here/package-lock.json" "$folder"
if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error) >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "api-gateway: npm could not fetch the packages of services/api-gateway/web/package-lock.json; the build needs npm's" \
        'registry or a cache that has them (npm config get cache, npm config get registry)' >&2
    exit 1
fi
