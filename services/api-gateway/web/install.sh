#!/bin/bash
# usage: install.sh FROM FOLDER
# Puts the npm packages of FROM/package-lock.json into FOLDER/node_modules, from npm's cache where it has them. No package's
# own scripts run.
set -euo pipefail

from=$1
folder=$2
log=$folder/npm.log

if ! command -v npm >/dev/null; then
    echo 'npm is missing, which fetches what the pages and their tests are made of: make deps installs it' >&2
    exit 1
fi
mkdir -p "$folder"
cp "$from/package.json" "$from/package-lock.json" "$folder"
if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error) >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "npm could not fetch the packages of $from/package-lock.json; the build needs npm's" \
        'registry or a cache that has them (npm config get cache, npm config get registry)' >&2
    exit 1
fi
