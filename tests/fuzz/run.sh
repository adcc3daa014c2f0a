#!/bin/bash
# usage: run.sh FOLDER SECONDS
# Runs each fuzz target of the build FOLDER for SECONDS, beginning with its corpus. What it finds is written to FOLDER/found;
# inputs that reach new code are kept in FOLDER/corpus, and not in the source tree.
set -euo pipefail

build=$1
seconds=$2
here=$(dirname "$(readlink -f "$0")")
mkdir -p "$build/found"
for corpus in "$here"/corpus/*/; do
    name=$(basename "$corpus")
    mkdir -p "$build/corpus/$name"
    echo "== $name"
    "$build/bin/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$build/found/$name-" "$build/corpus/$name" "$corpus"
done
