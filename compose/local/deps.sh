#!/bin/bash
# usage: deps.sh GROUP…
# Installs what is missing of the groups' packages (packages.txt), as root or by sudo. Starts no service and creates no
# database cluster: the servers among them are for private use by tests and `make run`.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
policy=/usr/sbin/policy-rc.d
cluster_settings=/etc/postgresql-common/createcluster.d/watchtower-deps.conf
mark='# written by make deps of watchtower, which removes it at its end'
log=
requested=()

say() { printf 'deps: %s\n' "$*"; }

wanted_packages() {
    local entry
    awk -v groups=" $* " '
        /^#/ || NF == 0 { next }
        index(groups, " " $1 " ") { for (i = 2; i <= NF; i++) if (!seen[$i]++) print $i }' "$here/packages.txt" |
        while read -r entry; do
            # package?command: not wanted where the command is there, from wherever.
            if [ "$entry" = "${entry#*[?]}" ] || ! command -v "${entry#*[?]}" >/dev/null; then
                printf '%s\n' "${entry%[?]*}"
            fi
        done
}

installed_packages() {
    dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        awk '$1 == "installed" { print $2 }' || true
}

missing_packages() {
    local installed
    installed=$(installed_packages "$@")
    printf '%s\n' "$@" | grep -vxF -e "${installed:-none}" || true
}

remove_marked() {
    local file
    for file in "$policy" "$cluster_settings"; do
        if grep -qsxF "$mark" "$file"; then
            rm -f "$file"
        fi
    done
    rmdir --ignore-fail-on-non-empty "${cluster_settings%/*}" 2>/dev/null || true
}

# Also after an interruption: what was installed by then is disabled.
finish() {
    local installed
    mapfile -t installed < <(installed_packages "${requested[@]}")
    [ "${#installed[@]}" = 0 ] || disable_services "${installed[@]}"
    remove_marked
    rm -f "$log"
}

# An administrator's own policy stays; what it lets start is stopped by disable_services.
forbid_services() {
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
        chmod 755 "$policy"
    fi
    mkdir -p "${cluster_settings%/*}"
    printf '%s\ncreate_main_cluster = false\n' "$mark" >"$cluster_settings"
}

# Debian enables a service with its package; these would come up at the next boot on their default ports.
disable_services() {
    local name now=()
    [ ! -d /run/systemd/system ] || now=(--now)
    dpkg-query --listfiles "$@" | sed -n 's|^/etc/init\.d/||p' | while read -r name; do
        update-rc.d "$name" disable >/dev/null 2>&1 || say "warning: could not disable $name"
    done
    command -v systemctl >/dev/null || return 0
    dpkg-query --listfiles "$@" | sed -n 's|^/\(usr/\)\?lib/systemd/system/\([^@/]*\.service\)$|\2|p' |
        while read -r name; do
            systemctl disable "${now[@]}" --quiet "$name" >/dev/null 2>&1 || say "warning: could not disable $name"
        done
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    local apt=(apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
    requested=("$@")
    log=$(mktemp)
    remove_marked
    trap finish EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    forbid_services
    if ! "${apt[@]}" update >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log"
        say 'warning: apt-get update failed, trying with what apt knows'
    fi
    if ! "${apt[@]}" install --yes --no-install-recommends --no-remove "$@" >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log"
        say "apt-get install failed; the names are Debian 12's, this is $(sed -n 's/^PRETTY_NAME=//p' /etc/os-release)"
        exit 1
    fi
}

if [ "${1:-}" = --install ]; then
    shift
    install_packages "$@"
    exit
fi

mapfile -t wanted < <(wanted_packages "$@")
if [ "${#wanted[@]}" = 0 ]; then
    say "no such group: $*"
    exit 2
fi
if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system; needed are what Debian 12 calls: ${wanted[*]}"
    exit 1
fi
mapfile -t missing < <(missing_packages "${wanted[@]}")
if [ "${#missing[@]}" = 0 ]; then
    say "all ${#wanted[@]} packages are there ($*)"
    exit
fi

if [ "$EUID" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
    as_root=(sudo)
else
    say "missing and not installed, as this user is not root and cannot use sudo: ${missing[*]}"
    say "as root: make deps, which starts no service, or: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    exit 1
fi
say "installing ${missing[*]}"
"${as_root[@]}" bash "$here/deps.sh" --install "${missing[@]}"
mapfile -t missing < <(missing_packages "${missing[@]}")
if [ "${#missing[@]}" != 0 ]; then
    say "still missing: ${missing[*]}"
    exit 1
fi
say 'installed; no service was started, and none of them starts with the machine'
