#!/usr/bin/env python3
"""What `make lint` runs. Prints each offence as file:line: text and one line for each check; exit 1 on any offence.

Looks at all files that git knows or would add, and runs clang-tidy on the C++ that differs from origin/main (or, where
that is this very commit, from the commit before); --all: on all C++.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import compose
import dashboards
import kubernetes
import layers
import monitoring
import texts

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILE_COMMANDS = ROOT / "build/dev/compile_commands.json"
CPP = (".cpp", ".hpp")
YAMLLINT = ["yamllint", "--strict", "--format", "parsable", "-c", "tests/lint/yamllint.yml"]
PROMTOOL = ["promtool", "check"]
TIDY = ["clang-tidy-14", "-p", "build/dev", "--quiet"]


def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def all_files():
    listed = git("ls-files", "--cached", "--others", "--exclude-standard")
    if listed is None:
        sys.exit("lint: not in a git repository")
    return sorted(path for path in listed.split("\n") if (ROOT / path).is_file())


def read(path):
    """The text, or nothing for a binary file."""
    content = (ROOT / path).read_bytes()
    return None if b"\0" in content else content.decode("utf-8", "replace")


def changed_files():
    head, upstream = git("rev-parse", "HEAD"), git("merge-base", "origin/main", "HEAD")
    base = upstream if upstream and upstream != head else git("rev-parse", "HEAD~1")
    if base is None:
        return None
    changed = git("diff", "--name-only", base).split("\n")
    return set(changed + git("ls-files", "--others", "--exclude-standard").split("\n"))


def tidy_sources(files, everything):
    """The sources to give to clang-tidy: changed ones, and for a changed header one source that shows it."""
    compiled = [os.path.relpath(entry["file"], ROOT) for entry in json.loads(COMPILE_COMMANDS.read_text())]
    known = sorted(set(compiled) & set(files))
    changed = None if everything else changed_files()
    if changed is None:
        return known
    chosen = {path for path in known if path in changed}
    for header in (path for path in changed if path.endswith(".hpp") and path in files):
        beside = header[:-len("hpp")] + "cpp"
        users = [path for path in known if f'#include "{header}"' in read(path)]
        chosen.update([beside] if beside in known else users[:1])
    return sorted(chosen)


def command_offences(command, files):
    """Runs a checker in batches on all processors; its output, where it failed."""
    def run(batch):
        return subprocess.run([*command, *batch], cwd=ROOT, capture_output=True, text=True, check=False)

    size = 1 if command[0].startswith("clang-tidy") else 40
    batches = [files[start:start + size] for start in range(0, len(files), size)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [(done.stdout + (done.stderr if not done.stdout else "")).rstrip()
                for done in pool.map(run, batches) if done.returncode != 0]


def unique_diagnostics(outputs):
    """clang-tidy tells what is wrong in a header once for each source that includes it."""
    text = "\n".join(outputs).replace(f"{ROOT}/", "")
    return list(dict.fromkeys(block.rstrip() for block in re.split(r"\n(?=\S+:\d+:\d+: (?:error|warning))", text) if block))


def text_offences(check, files):
    return [f"{path}:{number}: {what}" for path in files for number, what in check(path, read(path))]


def is_shell(path):
    return path.endswith(".sh") or read(path).startswith(("#!/bin/bash", "#!/bin/sh", "#!/usr/bin/env bash"))


def main():
    files = [path for path in all_files() if read(path) is not None]
    cpp = [path for path in files if path.endswith(CPP)]
    yaml = [path for path in files if path.endswith((".yml", ".yaml"))]
    shell = [path for path in files if is_shell(path)]
    grafana = [path for path in files if path.startswith("grafana/")]
    layers_of_compose = [path for path in yaml if path.startswith("compose/")]
    objects = [path for path in yaml if path.startswith("k8s/")]
    rules = [path for path in yaml if path.startswith("prometheus/rules/")]
    alertmanager = [path for path in yaml if path.startswith("prometheus/alertmanager")]
    prometheus = [path for path in yaml if re.fullmatch(r"prometheus/[^/]*\.yml", path) and path not in alertmanager]
    tidy = tidy_sources(files, "--all" in sys.argv[1:])
    checks = [
        ("texts", files, lambda: text_offences(texts.offences, files)),
        ("layers", cpp, lambda: text_offences(layers.offences, cpp)),
        ("format", cpp, lambda: command_offences(["clang-format-14", "--dry-run", "-Werror"], cpp)),
        ("shellcheck", shell, lambda: command_offences(["shellcheck"], shell)),
        ("yamllint", yaml, lambda: command_offences(YAMLLINT, yaml)),
        ("dashboards", grafana, lambda: dashboards.offences(ROOT)),
        ("compose", layers_of_compose, lambda: compose.offences(ROOT)),
        ("kubernetes", objects, lambda: kubernetes.offences(ROOT)),
        ("monitoring", rules, monitoring.offences),
        ("promtool", rules, lambda: command_offences([*PROMTOOL, "rules"], rules)),
        ("promtool config", prometheus, lambda: command_offences([*PROMTOOL, "config"], prometheus)),
        ("amtool", alertmanager, lambda: command_offences(["amtool", "check-config"], alertmanager)),
        ("clang-tidy", tidy, lambda: unique_diagnostics(command_offences(TIDY, tidy))),
    ]
    failed = []
    for name, checked, check in checks:
        start = time.monotonic()
        offences = check()
        for offence in offences:
            print(offence)
        verdict = "FAILED" if offences else "ok"
        print(f"lint: {name}: {len(checked)} files, {verdict} ({time.monotonic() - start:.1f} s)", flush=True)
        failed += [name] if offences else []
    if failed:
        sys.exit(f"lint: failed: {' '.join(failed)}")
    print("lint: nothing to say")


if __name__ == "__main__":
    main()
