#!/usr/bin/env python3
"""usage: bench.py [--worlds 1,50,500] [--players 1000,100000,1000000] [--rounds 3] [--seconds 2] [--json FILE]

Real exporters are scraped: for made-up worlds that lie in Redis, and for one world of many players that a collector has
read. In the same rounds nginx is asked for the same bytes as files, and prometheus-cpp's Exposer for the same series.
Prints a table of medians and, into --json, the same for programs. See docs/performance.md.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(BENCH / "collector"), str(BENCH / "gateway")]

import load  # noqa: E402
from servers import ADDRESS, ROOT, Servers, executable, free_port  # noqa: E402
from source import Source  # noqa: E402

BINARIES = ROOT / "build/release/bin"
GZIP = (("Accept-Encoding", "gzip"),)
INTERVAL = 120
READY_SECONDS = 180
EXPOSER_PATIENCE = 3  # it gets more time, as it takes long for its first answers
NGINX = """
{user}
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen {address}:{port};
        root {folder}/files;
        default_type "text/plain; version=0.0.4; charset=utf-8";
        location ~ gzip {{ add_header Content-Encoding gzip; }}
    }}
}}
"""


def tell(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def wait_for(what, condition):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except subprocess.CalledProcessError:
            pass
        time.sleep(0.1)
    raise TimeoutError(what)


class Exporter:
    """An exporter of its own, with a database of Redis of its own."""

    def __init__(self, servers, number):
        self.port = free_port()
        self.redis = f"redis://{ADDRESS}:{servers.ports['redis']}/{number}"
        self.url = f"http://{ADDRESS}:{self.port}/metrics"
        self.database = f"bench{number}"
        servers.psql("postgres", f"create database {self.database}")
        self.child = servers.add(f"exporter-{number}", [BINARIES / "watchtower-exporter"], environment={
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PORT": str(self.port), "LOG_FORMAT": "json",
            "DATABASE_URL": servers.database(self.database), "REDIS_URL": self.redis,
            "NATS_URL": f"nats://{ADDRESS}:{servers.ports['nats']}"})

    def text(self):
        return load.fetch(self.url)[2].decode()

    def shows(self, pattern, count=1):
        return len(re.findall(pattern, self.text(), re.MULTILINE)) == count

    def making(self):
        """Seconds that making the game's text took, on average."""
        text = self.text()
        of = {part: float(re.search(rf"^watchtower_game_text_duration_seconds_{part} (\S+)$", text, re.MULTILINE)[1])
              for part in ("sum", "count")}
        return of["sum"] / of["count"]


def exporter_of_worlds(servers, number, worlds):
    exporter = Exporter(servers, number)
    subprocess.run([BINARIES / "watchtower-bench-states", exporter.redis, str(worlds)], check=True)
    wait_for(f"{worlds} worlds", lambda: exporter.shows("^ccc_nomads{", worlds))
    return exporter


def exporter_of_players(servers, number, players, folder):
    """Its collector reads one tick and ends."""
    exporter = Exporter(servers, number)
    bodies = folder / f"bodies{number}"
    bodies.mkdir()
    subprocess.run([BINARIES / "watchtower-bench-bodies", bodies, str(players), "grouped", "0"], check=True)
    source = Source(bodies)
    collector = servers.collector(BINARIES / "watchtower-collector", exporter.database, number, source, INTERVAL)
    wait_for(f"{players} players", lambda: exporter.shows(rf'^ccc_players{{world="default"}} {players}$'))
    collector.stop()
    source.stop()
    shutil.rmtree(bodies)
    return exporter


def cases_of(name, exporter, files, servers, nginx, with_exposer):
    """(what is asked for, server, url, headers): the whole text, and compressed."""
    _, _, plain = load.fetch(exporter.url)
    _, _, compressed = load.fetch(exporter.url, GZIP)
    file = name.replace(" ", "-")
    (files / f"{file}.text").write_bytes(plain)
    (files / f"{file}.gzip").write_bytes(compressed)
    whole, zipped = f"{name}, {len(plain)} bytes", f"{name}, gzip, {len(compressed)} bytes"
    cases = [(whole, "exporter", exporter.url, ()), (whole, "nginx", f"{nginx}/{file}.text", ()),
             (zipped, "exporter", exporter.url, GZIP), (zipped, "nginx", f"{nginx}/{file}.gzip", ())]
    if with_exposer:
        port = free_port()
        servers.add(f"exposer-{file}",
                    [BINARIES / "watchtower-bench-exposer", port, os.cpu_count(), files / f"{file}.text"])
        url = f"http://{ADDRESS}:{port}/metrics"
        wait_for("the exposer", lambda: load.fetch(url)[0] == 200)
        cases += [(whole, "exposer", url, ()), (zipped, "exposer", url, GZIP)]
    return cases


def start_nginx(servers, folder):
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(user="" if os.geteuid() else "user root;", workers=os.cpu_count(),
                                          folder=folder, address=ADDRESS, port=port))
    servers.add("nginx", [executable("nginx"), "-c", configuration])
    return f"http://{ADDRESS}:{port}"


def measure(cases, folder, rounds, seconds):
    """The cases one after the other, so often: {what: {server: {rate, p50, p99}}} of medians."""
    rows = {}
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        for what, server, url, headers in cases:
            exposer = server == "exposer"
            rows.setdefault(what, {}).setdefault(server, []).append(
                load.wrk(folder, url, seconds * (EXPOSER_PATIENCE if exposer else 1), headers, closes=exposer))
    return {what: {server: {key: statistics.median(row[key] for row in all_rounds) for key in all_rounds[0]}
                   for server, all_rounds in servers.items()} for what, servers in rows.items()}


def goals_of(results):
    goals = {}
    for what, servers in results.items():
        ratio = servers["exporter"]["rate"] / servers["nginx"]["rate"]
        goals[f"{what}: as many scrapes as nginx ({ratio:.2f})"] = ratio >= 0.95
        if "exposer" in servers and what.startswith("500 worlds"):
            ratio = servers["exporter"]["rate"] / servers["exposer"]["rate"]
            goals[f"{what}: ten times the exposer's ({ratio:.0f})"] = ratio >= 10
    for kind in ("", " gzip,"):
        rates = [servers["exporter"]["rate"] for what, servers in results.items()
                 if " players," in what and (" gzip," in what) == bool(kind)]
        if len(rates) > 1:
            ratio = rates[-1] / rates[0]
            goals[f"players,{kind} of the most as many as of the fewest ({ratio:.2f})"] = ratio >= 0.8
    return goals


def print_table(results, making, goals):
    print(f"{'asked for':44} {'server':9} {'a second':>9} {'of nginx':>9} {'MB/s':>8} {'p50 ms':>8} {'p99 ms':>8}")
    for what, servers in results.items():
        size = int(re.search(r"(\d+) bytes", what)[1])
        for server, row in servers.items():
            print(f"{what:44} {server:9} {row['rate']:9.0f} {row['rate'] / servers['nginx']['rate']:9.2f}"
                  f" {row['rate'] * size / 1e6:8.0f} {row['p50'] * 1e3:8.2f} {row['p99'] * 1e3:8.2f}")
    for name, seconds in making.items():
        print(f"making the text of {name}: {seconds * 1e3:.1f} ms")
    for name, reached in goals.items():
        print(f"{'reached' if reached else 'MISSED '}  {name}")


def numbers(text):
    return [int(word) for word in text.split(",") if word]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=numbers, default=[1, 50, 500])
    parser.add_argument("--players", type=numbers, default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="watchtower-bench-"))
    folder.chmod(0o755)
    files = folder / "files"
    files.mkdir()
    servers = Servers(folder)
    cases, making = [], {}
    try:
        servers.start()
        nginx = start_nginx(servers, folder)
        exporters = {f"{count} worlds": (count, None) for count in options.worlds}
        exporters |= {f"{count} players": (None, count) for count in options.players}
        for number, (name, (worlds, players)) in enumerate(exporters.items()):
            tell(name)
            exporter = (exporter_of_worlds(servers, number, worlds) if worlds else
                        exporter_of_players(servers, number, players, folder))
            making[name] = exporter.making()
            cases += cases_of(name, exporter, files, servers, nginx, with_exposer=bool(worlds))
        results = measure(cases, folder, options.rounds, options.seconds)
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)
    goals = goals_of(results)
    print_table(results, making, goals)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"scrapes": results, "making_seconds": making, "goals": goals}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
