#!/usr/bin/env python3
"""usage: bench.py [--sizes 1000,10000] [--orders grouped,shuffled] [--ticks 3] [--json FILE]

A real collector with real servers reads made-up games of these sizes tick by tick; beside it the limits. Prints a table
of medians and, into --json, the same for programs. See docs/performance.md.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import limits
from servers import ROOT, Servers
from source import Source

BINARIES = ROOT / "build/release/bin"
# Each with the sizes it is meant for.
GOALS = {
    "tick at most twice the sum of the limits": ((1_000_000,), lambda r: r["tick_to_limits"] <= 2),
    "parsing at least a third of the walk's speed": ((100_000, 1_000_000), lambda r: r["parse_to_walk"] <= 3),
    "memory under 1.5 GB": ((1_000_000,), lambda r: r["memory_mb"] < 1500),
    "50 ms from the last byte to COMMIT": ((10_000,), lambda r: r["after_bytes"] < 0.05),
}


def interval_for(players):
    """Seconds between ticks: a tick, its limits and the next bodies have to fit."""
    return 2 if players <= 20_000 else 15 if players <= 200_000 else 60


def tell(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Case:
    """One size in one order, with a collector and databases of its own."""

    def __init__(self, servers, number, players, order, folder):
        self.servers, self.players, self.order = servers, players, order
        self.interval = interval_for(players)
        self.folder = folder
        self.bodies = folder / "bodies"
        self.bodies.mkdir(parents=True)
        self.database = f"case{number}"
        self.number = number
        self.game_tick = -1
        self.since = 0.0

    def next_bodies(self):
        self.game_tick += 1
        subprocess.run([BINARIES / "watchtower-bench-bodies", self.bodies, str(self.players), self.order,
                        str(self.game_tick)], check=True)
        self.since = time.time()

    def wait_for_commit(self, last_byte):
        """(tick, when it was committed) of the read that ended then."""
        question = ("select tick, extract(epoch from pg_xact_commit_timestamp(xmin)) from snapshots"
                    f" where pg_xact_commit_timestamp(xmin) > to_timestamp({last_byte}) order by tick limit 1")
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            time.sleep(min(1, self.players / 100_000) + 0.1)
            answer = self.servers.psql(self.database, question)
            if answer:
                tick, when = answer.split("|")
                return tick, float(when)
        raise TimeoutError("the collector did not store the tick")

    def run(self, ticks):
        tell(f"{self.players} players, {self.order}: a first tick")
        self.servers.psql("postgres", f"create database {self.database}")
        self.next_bodies()
        source = Source(self.bodies)
        collector = self.servers.collector(BINARIES / "watchtower-collector", self.database, self.number, source,
                                           self.interval)
        try:
            sql, rows = None, []
            for number in range(ticks + 1):
                first, last, size = source.wait_for_read(self.since, 3 * self.interval + 60)
                tick, commit = self.wait_for_commit(last)
                sql = sql or limits.Sql(self.servers, self.database, self.folder / "rows")
                row = self.measure(source, sql, tick)
                row |= {"bytes": size, "tick": commit - first, "after_bytes": commit - last}
                rows.append(row)
                tell(f"{self.players} players, {self.order}: tick of {row['tick']:.3f} s, {row['after_bytes']:.3f} s"
                     f" of it after the last byte, limits {row['download']:.3f} + {row['visit']:.3f} +"
                     f" {row['sql']:.3f} s for {row['rows']} rows")
                if number < ticks:
                    self.next_bodies()
            return self.summary(rows[1:], rows[0], collector.process.pid)
        finally:
            collector.stop()
            source.stop()

    def measure(self, source, sql, tick):
        rows, seconds = sql.store(tick)
        return {"rows": rows, "sql": seconds, "download": limits.download(source),
                **limits.parse(BINARIES / "watchtower-bench-parse", self.bodies)}

    def summary(self, rows, first, pid):
        result = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        result |= {"players": self.players, "order": self.order, "first_tick": first["tick"],
                   "memory_mb": int(status["VmHWM"].split()[0]) / 1024,
                   "memory_idle_mb": int(status["VmRSS"].split()[0]) / 1024}
        result["limits"] = result["download"] + result["visit"] + result["sql"]
        result["tick_to_limits"] = result["tick"] / result["limits"]
        result["parse_to_walk"] = result["parse"] / result["visit"]
        result["parse_to_decoding_walk"] = result["parse"] / result["decode"]
        result["goals"] = {name: bool(reached(result)) for name, (sizes, reached) in GOALS.items()
                           if self.players in sizes}
        return result


def print_table(results):
    columns = {"players": "{:>9}", "order": "{:>8}", "rows": "{:>8.0f}", "download": "{:>8.3f}", "visit": "{:>7.3f}",
               "sql": "{:>7.3f}", "tick": "{:>7.3f}", "tick_to_limits": "{:>14.2f}", "parse_to_walk": "{:>13.2f}",
               "parse_to_decoding_walk": "{:>22.2f}", "after_bytes": "{:>11.3f}", "memory_mb": "{:>9.0f}"}
    widths = {name: len(form.format("" if name == "order" else 0)) for name, form in columns.items()}
    print("  ".join(f"{name:>{max(widths[name], len(name))}}" for name in columns))
    for result in results:
        print("  ".join(f"{form.format(result[name]):>{max(widths[name], len(name))}}"
                        for name, form in columns.items()))
    for result in results:
        for name, reached in result["goals"].items():
            print(f"{'reached' if reached else 'MISSED '}  {result['players']} {result['order']}: {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--orders", default="grouped,shuffled")
    parser.add_argument("--ticks", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.replace(" ", ",").split(",") if size]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="watchtower-bench-"))
    folder.chmod(0o755)
    servers = Servers(folder)
    results = []
    try:
        servers.start()
        cases = [(size, order) for size in sizes for order in options.orders.split(",")]
        for number, (size, order) in enumerate(cases):
            results.append(Case(servers, number, size, order, folder / f"case{number}").run(options.ticks))
            shutil.rmtree(folder / f"case{number}")
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print_table(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
