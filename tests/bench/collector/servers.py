"""Private servers for the benchmark, on free ports of the loopback address, and the collector under test."""

import os
import pathlib
import pwd
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "compose/local"))

from stack.brokers import executable  # noqa: E402
from stack.children import Child, Program  # noqa: E402
from stack.postgres import program_folder  # noqa: E402

ADDRESS = "127.0.0.1"
# Durable as PostgreSQL's defaults are; with the memory and log that a server for a million players has.
POSTGRES_SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "fsync": "on", "synchronous_commit": "on",
                     "full_page_writes": "on", "track_commit_timestamp": "on"}
READY_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return probe.getsockname()[1]


class Servers:
    def __init__(self, folder):
        self.folder = folder
        self.children = []
        self.ports = {name: free_port() for name in ("postgres", "redis", "nats")}
        self.user = "postgres" if os.geteuid() == 0 else ""

    def start(self):
        data = self.folder / "postgres"
        data.mkdir()
        identity = {}
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(data, entry.pw_uid, entry.pw_gid)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        subprocess.run([program_folder() / "initdb", "-D", data, "--username", "watchtower", "--auth", "trust",
                        "--encoding", "UTF8", "--locale", "C.UTF-8"],
                       cwd="/", check=True, stdout=subprocess.DEVNULL, **identity)
        settings = POSTGRES_SETTINGS | {"port": self.ports["postgres"], "listen_addresses": ADDRESS,
                                        "unix_socket_directories": "", "timezone": "UTC"}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.add("postgres", [program_folder() / "postgres", "-D", data, *words], user=self.user,
                 stop_signal=signal.SIGINT, orphan_signal=signal.SIGQUIT)
        self.add("redis", [executable("redis-server"), "--bind", ADDRESS, "--port", self.ports["redis"], "--save", "",
                           "--dir", self.folder])
        self.add("nats", [executable("nats-server"), "--addr", ADDRESS, "--port", self.ports["nats"]])
        for name in self.ports:
            self.wait_for(name)
        deadline = time.monotonic() + READY_SECONDS
        while self.psql("postgres", "select 1", check=False) != "1":
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not answer")
            time.sleep(0.1)

    def add(self, name, command, **more):
        program = Program(name, [str(word) for word in command], **more)
        child = Child(program, self.folder / f"{name}.log")
        self.children.append(child)
        return child

    def wait_for(self, name):
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                socket.create_connection((ADDRESS, self.ports[name]), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop(self):
        for child in reversed(self.children):
            child.stop()

    def database(self, name):
        return f"postgresql://watchtower@{ADDRESS}:{self.ports['postgres']}/{name}"

    def psql(self, database, sql, check=True):
        """The output of statements, unaligned."""
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.database(database)], input=sql,
                              text=True, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()[:500]}")
        return done.stdout.strip()

    def collector(self, binary, database, number, source, interval):
        """`number`: each collector has a Redis database of its own."""
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "CCC_API_URL": source.url,
            "DATABASE_URL": self.database(database),
            "REDIS_URL": f"redis://{ADDRESS}:{self.ports['redis']}/{number}",
            "NATS_URL": f"nats://{ADDRESS}:{self.ports['nats']}", "METRICS_COLLECTION_INTERVAL": str(interval),
            "CCC_REQUEST_TIMEOUT": str(interval), "MANAGEMENT_PORT": "0", "LOG_FORMAT": "json"}
        return self.add(f"collector-{number}", [binary], environment=environment)
