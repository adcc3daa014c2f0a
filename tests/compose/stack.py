"""The compose files' stack under a name of its own, on free ports, with the images of this test."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time

from engine import Failure, program
from images import STORES, stand_in

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "compose"))
import environment  # noqa: E402

PROJECT = "watchtower-test"
INTERVAL = 10  # seconds between ticks; a busy engine takes 7 to start a container again, and a tick waits no longer than this
COMMAND_SECONDS = 300


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def until(what, seconds, look):
    """Waits until look() gives something true, and gives that; what it is about is for the Failure at the end."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            last = look()
            if last:
                return last
        except (OSError, ValueError, KeyError, Failure, subprocess.TimeoutExpired) as error:
            last = error
        time.sleep(0.3)
    raise Failure(f"{what}: not within {seconds} s; last: {last!r}")


class Stack:
    def __init__(self, engine, version, tell):
        self.engine = engine
        self.tell = tell
        self.api, self.prometheus, self.nats = free_ports(3)
        given = {f"{store.upper()}_IMAGE": stand_in(store) for store in STORES}
        given |= {"COMPOSE_PROJECT_NAME": PROJECT, "WATCHTOWER_VERSION": version, "API_PORT": str(self.api),
                  "PROMETHEUS_PORT": str(self.prometheus), "NATS_PORT": str(self.nats),
                  "METRICS_COLLECTION_INTERVAL": str(INTERVAL), "PUBLISH_INTERVAL": str(INTERVAL)}
        text = environment.filled((ROOT / ".env.example").read_text(encoding="utf-8"), given)
        # Grafana's image cannot be had; its folder of secrets is made by `prepare` all the same.
        self.values = dict(line.split("=", 1) for line in text.splitlines() if line[:1].isupper())

    def environment(self):
        """A process' environment goes before .env, so one that is there changes nothing."""
        return self.engine.environment | self.values

    def compose(self, *arguments, check=True, seconds=COMMAND_SECONDS):
        done = subprocess.run([program("docker-compose"), *arguments], cwd=ROOT, env=self.environment(), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
        if check and done.returncode != 0:
            raise Failure(f"docker-compose {' '.join(arguments)}: {done.stderr.strip()[-2500:]}")
        return done

    def script(self, name, *arguments):
        """One of compose/'s, as `make` calls it."""
        done = subprocess.run([str(ROOT / "compose" / name), *arguments], cwd=ROOT, env=self.environment(), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False)
        if done.returncode != 0:
            raise Failure(f"compose/{name}: {done.stderr.strip()[-2500:]}")
        return done.stdout

    def up(self, *arguments):
        services = [name for name in self.services() if name != "grafana"]
        self.compose("up", "--detach", *arguments, *services)
        self.healthy()

    def services(self):
        return self.compose("config", "--services").stdout.split()

    def down(self):
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20", check=False)

    def containers(self, service=None):
        """{name: what docker inspect says} of those that run."""
        wanted = ["--filter", f"label=com.docker.compose.project={PROJECT}"]
        wanted += ["--filter", f"label=com.docker.compose.service={service}"] if service else []
        ids = self.engine.run("ps", "--quiet", *wanted).split()
        found = json.loads(self.engine.run("inspect", *ids)) if ids else []
        return {one["Name"].lstrip("/"): one for one in found}

    def healthy(self, seconds=180):
        def look():
            states = {name: one["State"].get("Health", {}).get("Status") for name, one in self.containers().items()}
            return bool(states) and all(state == "healthy" for state in states.values())
        until("all containers are healthy", seconds, look)

    def one(self, service):
        return sorted(self.containers(service))[0]

    def execute(self, container, *command):
        return self.engine.run("exec", container, *command)

    def sql(self, statement):
        return self.execute(self.one("postgres"), "psql", "--username=postgres", "--dbname=watchtower", "-AtX",
                            "--command", statement).strip()

    def logs(self, folder):
        """Everything that was said, into a file each, for after a failure."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.engine.run("ps", "--all", "--format", "{{.Names}}", "--filter",
                                    f"label=com.docker.compose.project={PROJECT}").split():
            with open(os.path.join(folder, f"{name}.log"), "wb") as file:
                subprocess.run([self.engine.docker, "logs", name], env=self.engine.environment, stdout=file,
                               stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
