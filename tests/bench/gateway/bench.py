#!/usr/bin/env python3
"""usage: bench.py [--rounds 5] [--seconds 2] [--listeners 2000] [--json FILE]

A real gateway with real stores is asked for what it has of two games; in the same rounds nginx for the same bytes as
files, and a Pistache handler that sends them. Then many listen to the stream, and to a plain loop that writes. Prints a
table of medians and, into --json, the same for programs. See docs/performance.md.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "collector"))

import load  # noqa: E402
from servers import ADDRESS, ROOT, Servers, executable, free_port  # noqa: E402
from source import Source  # noqa: E402

BINARIES = ROOT / "build/release/bin"
SIZES = (20, 1000)
INTERVAL = 10
TICKS = 15  # that listeners are measured for
CURRENT = "/api/v1/metrics/current"
GZIP = (("Accept-Encoding", "gzip"),)
HAS_IT = "If-None-Match"  # with the tag that there is when it is asked
NGINX = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000; etag on;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    types {{ application/json json; }}
    server {{
        listen {address}:{port};
        root {folder}/files;
        location ~ gzip {{ default_type application/json; add_header Content-Encoding gzip; }}
    }}
}}
"""


def tell(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Game:
    """A made-up game of so many players, its collector and its gateway."""

    def __init__(self, servers, number, players, folder):
        self.servers, self.number, self.players, self.folder = servers, number, players, folder
        self.database = f"game{number}"
        self.bodies = folder / f"bodies{number}"
        self.bodies.mkdir(parents=True)
        servers.psql("postgres", f"create database {self.database}")
        self.turn(0)
        self.source = Source(self.bodies)
        self.collector = None
        self.collect(INTERVAL)
        self.port = free_port()
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PORT": str(self.port), "MANAGEMENT_PORT": "0",
            "DATABASE_URL": servers.database(self.database), "LOG_FORMAT": "json", "TRUSTED_PROXIES": ADDRESS,
            "REDIS_URL": f"redis://{ADDRESS}:{servers.ports['redis']}/{number}",
            "NATS_URL": f"nats://{ADDRESS}:{servers.ports['nats']}"}
        self.gateway = servers.add(f"gateway-{number}", [BINARIES / "watchtower-api-gateway"], environment=environment)
        self.url = f"http://{ADDRESS}:{self.port}"

    def turn(self, tick):
        subprocess.run([BINARIES / "watchtower-bench-bodies", self.bodies, str(self.players), "grouped", str(tick)],
                       check=True)

    def collect(self, interval):
        if self.collector:
            self.collector.stop()
        self.collector = self.servers.collector(BINARIES / "watchtower-collector", self.database, self.number,
                                                self.source, interval)

    def wait(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                status, _, body = load.fetch(self.url + CURRENT)
                if status == 200:
                    return body
            except subprocess.CalledProcessError:
                pass
            time.sleep(0.2)
        raise TimeoutError("the gateway has no document")

    def stop(self):
        self.gateway.stop()
        self.collector.stop()
        self.source.stop()


def start_nginx(servers, folder):
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(workers=os.cpu_count(), folder=folder, address=ADDRESS, port=port) if
                             os.geteuid() else "user root;" + NGINX.format(workers=os.cpu_count(), folder=folder,
                                                                         address=ADDRESS, port=port))
    servers.add("nginx", [executable("nginx"), "-c", configuration])
    return f"http://{ADDRESS}:{port}"


def cases_of(game, files, servers, folder, nginx):
    """(name, url, headers, which kind) of what is asked for of one game."""
    _, _, plain = load.fetch(game.url + CURRENT)
    _, _, compressed = load.fetch(game.url + CURRENT, GZIP)
    (files / f"{game.players}.json").write_bytes(plain)
    (files / f"{game.players}.gzip").write_bytes(compressed)
    constant = free_port()
    servers.add(f"constant-{game.players}", [BINARIES / "watchtower-bench-constant", constant, os.cpu_count(),
                                             files / f"{game.players}.json"])
    for _ in range(100):
        try:
            load.fetch(f"{nginx}/{game.players}.json")
            load.fetch(f"http://{ADDRESS}:{constant}/")
            break
        except subprocess.CalledProcessError:
            time.sleep(0.1)
    name = f"current of {game.players} players, {len(plain)} bytes"
    zipped = f"current of {game.players} players, gzip, {len(compressed)} bytes"
    same = f"current of {game.players} players, 304"
    return [
        (name, "gateway", game.url + CURRENT, ()),
        (name, "nginx", f"{nginx}/{game.players}.json", ()),
        (name, "pistache", f"http://{ADDRESS}:{constant}/", ()),
        (zipped, "gateway", game.url + CURRENT, GZIP),
        (zipped, "nginx", f"{nginx}/{game.players}.gzip", ()),
        (same, "gateway", game.url + CURRENT, HAS_IT),
        (same, "nginx", f"{nginx}/{game.players}.json", HAS_IT),
    ]


def headers_for(url, headers):
    """The headers to send; for HAS_IT with the tag of now, as a document that goes stale has another."""
    if headers != HAS_IT:
        return headers
    tagged = ((HAS_IT, load.fetch(url)[1]["etag"]),)
    status, _, _ = load.fetch(url, tagged)
    if status != 304:
        raise RuntimeError(f"{url}: {status} for what the client has")
    return tagged


def measure(cases, folder, rounds, seconds):
    """The cases one after the other, so often: {name: {server: {rate, p50, p99}}} of medians."""
    rows = {}
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        for name, server, url, headers in cases:
            rows.setdefault(name, {}).setdefault(server, []).append(
                load.wrk(folder, url, seconds, headers_for(url, headers)))
    return {name: {server: {key: statistics.median(row[key] for row in all_rounds) for key in all_rounds[0]}
                   for server, all_rounds in servers.items()} for name, servers in rows.items()}


def delays(ticks):
    """Of (when it began, when the first listener had it, when the last) of each tick, in seconds."""
    ticks = list(ticks)
    to_last = [last - began for began, _, last in ticks]
    return {"ticks": len(ticks), "first": statistics.median(first - began for began, first, _ in ticks),
            "last": statistics.median(to_last), "most": max(to_last)}


def listen(game, count, ticks):
    """What `count` listeners of one tick a second cost the gateway, and how long after its announcement the last of
    them has all of a tick's document."""
    game.collect(1)
    pid = game.gateway.process.pid
    memory = load.memory_bytes(pid)
    announcements = load.Announcements(game.servers.ports["nats"], "watchtower.internal.state.default")
    listeners = load.Listeners(BINARIES / "watchtower-bench-listeners", game.port, "/api/v1/stream", count)
    time.sleep(3)
    before, began = load.processor_seconds(pid), time.monotonic()
    for tick in range(1, ticks + 1):
        game.turn(tick)
        time.sleep(1)
    used = (load.processor_seconds(pid) - before) / (time.monotonic() - began)
    grown = load.memory_bytes(pid) - memory
    arrivals = listeners.arrivals()
    announcements.stop()
    game.collect(3600)
    return {"cores": used, "memory": grown / count} | delays(
        (max(time for time in announcements.times if time <= first), first, last)
        for first, last in arrivals.values() if announcements.times[0] <= first)


def write_plainly(servers, name, file, count, ticks):
    """The same from a loop that writes the file to one after the other."""
    port = free_port()
    child = servers.add(f"plain-{name}", [BINARIES / "watchtower-bench-plain-stream", port, count, ticks, file])
    time.sleep(0.5)
    listeners = load.Listeners(BINARIES / "watchtower-bench-listeners", port, "/", count)
    before, began = load.processor_seconds(child.process.pid), time.monotonic()
    time.sleep(ticks + 0.5)
    used = (load.processor_seconds(child.process.pid) - before) / (time.monotonic() - began)
    arrivals = listeners.arrivals()
    begun = dict(line.split() for line in child.log_path.read_text().splitlines())
    return {"cores": used} | delays((float(begun[name]), first, last) for name, (first, last) in arrivals.items())


def goals_of(results):
    goals = {}
    for name, servers in results.items():
        if "nginx" in servers and "304" not in name:
            ratio = servers["gateway"]["rate"] / servers["nginx"]["rate"]
            goals[f"{name}: at least 0.85 of nginx's requests ({ratio:.2f})"] = ratio >= 0.85
            late = servers["gateway"]["p99"] / servers["nginx"]["p99"]
            goals[f"{name}: p99 within 1.5 of nginx's ({late:.2f})"] = late <= 1.5
        if name.startswith("players"):
            goals[f"{name}: at least 3,000 a second"] = servers["gateway"]["rate"] >= 3000
    return goals


def print_table(results, stream, goals):
    print(f"{'asked for':48} {'server':9} {'a second':>9} {'of nginx':>9} {'p50 ms':>8} {'p99 ms':>8}")
    for name, servers in results.items():
        for server, row in servers.items():
            ratio = f"{row['rate'] / servers['nginx']['rate']:9.2f}" if "nginx" in servers else " " * 9
            print(f"{name:48} {server:9} {row['rate']:9.0f} {ratio} {row['p50'] * 1e3:8.2f} {row['p99'] * 1e3:8.2f}")
    for name, servers in stream.items():
        for server, row in servers.items():
            memory = f", {row['memory'] / 1e3:.1f} kB of memory each" if "memory" in row else ""
            print(f"{name}: {server:8} {row['first'] * 1e3:4.0f} ms to the first, {row['last'] * 1e3:4.0f} ms to the last"
                  f" ({row['most'] * 1e3:.0f} at most, of {row['ticks']} ticks), {row['cores']:.2f} cores{memory}")
    for name, reached in goals.items():
        print(f"{'reached' if reached else 'MISSED '}  {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--listeners", type=int, default=2000, help="0: none")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="watchtower-bench-"))
    folder.chmod(0o755)
    files = folder / "files"
    files.mkdir()
    servers = Servers(folder)
    games, stream = [], {}
    try:
        servers.start()
        games = [Game(servers, number, players, folder) for number, players in enumerate(SIZES)]
        for game in games:
            game.wait()
            game.collect(3600)  # nothing changes while it is measured
        nginx = start_nginx(servers, folder)
        cases = [case for game in games for case in cases_of(game, files, servers, folder, nginx)]
        of_stored = games[-1].url
        for name, path in (("players", "/api/v1/players"), ("dashboard/stats", "/api/v1/dashboard/stats")):
            if load.fetch(of_stored + path)[0] == 200:
                cases.append((name + " of 1000 players", "gateway", of_stored + path, ()))
            else:
                tell(f"{path} is not there")
        results = measure(cases, folder, options.rounds, options.seconds)
        for game in games if options.listeners else []:
            name = f"{options.listeners} listeners of {game.players} players, one tick a second"
            stream[name] = {"gateway": listen(game, options.listeners, TICKS),
                            "loop": write_plainly(servers, game.players, files / f"{game.players}.json",
                                                  options.listeners, TICKS)}
    finally:
        for game in games:
            game.stop()
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)
    goals = goals_of(results)
    print_table(results, stream, goals)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"requests": results, "stream": stream, "goals": goals}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
