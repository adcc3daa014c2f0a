#!/usr/bin/env python3
"""`make test-compose`: the compose files as people use them, with a Docker engine, against the simulator's truth.

Usage: run.py [--images VERSION] [--only TEXT]: takes the images watchtower-<service>:VERSION as they are instead of building
them; of the steps between up and down, only those whose name matches TEXT, a regular expression.
Ends with 0 when everything held, else with 1; takes everything down either way. Logs: build/compose/log.
"""

import argparse
import json
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from containers import Containers  # noqa: E402
from engine import Engine, Failure, program  # noqa: E402
from images import SERVICES, Images  # noqa: E402
from load import Load  # noqa: E402
from stack import INTERVAL, PROJECT, ROOT, Stack, until  # noqa: E402
from truth import Truth, get  # noqa: E402

FOLDER = ROOT / "build/compose"
MOST_SECONDS = 2 * 3600
START = time.monotonic()

# The simulator is not among them: without it there is no truth to compare with. It comes last, by itself.
ONE_AFTER_ANOTHER = ("collector", "api-gateway", "exporter", "publisher", "redis", "nats", "postgres", "prometheus", "alertmanager")


def tell(text):
    print(f"test-compose: {time.monotonic() - START:6.0f} s  {text}", flush=True)


class Run:
    def __init__(self, stack, truth):
        self.stack = stack
        self.truth = truth
        self.engine = stack.engine

    def brings_everything_up(self):
        self.stack.up()
        self.truth.compare()

    def keeps_containers_small(self):
        tell(f"{Containers(self.stack).check()} containers may do what they must, and nothing else")

    def under_load(self, what, act, stored=True):
        """Runs act(load) while there is load; no tick may be lost and no request may fail."""
        since = self.truth.newest()
        with Load(self.stack.api, stored) as load:
            act(load)
            until("a newer tick", 60, lambda: self.truth.newest() > time.time() - 2 * INTERVAL)
        lost = self.truth.lost_ticks(since)
        if load.failures or lost:
            raise Failure(f"{what}: {len(load.failures)} of {load.asked} requests failed: {load.failures[:5]}; lost ticks: {lost}")
        for ticks in load.ticks:
            if ticks != sorted(ticks) or not ticks or ticks[-1] < self.truth.newest() - 4 * INTERVAL:
                raise Failure(f"{what}: a listener got {ticks}")
        tell(f"{what}: {load.asked} requests, none failed, slowest {load.slowest:.1f} s; no tick lost; "
             f"{load.reconnects} streams came again" + (f"; {load.refused} times the balancer was not there" if load.refused else ""))

    def each_container(self, how, act):
        for service in ONE_AFTER_ANOTHER:
            def one_by_one(_load, service=service):
                for name in sorted(self.stack.containers(service)):
                    act(name)
                    self.stack.healthy()
            # What is answered out of PostgreSQL alone cannot be while it is away.
            self.under_load(f"{how} {service}", one_by_one, stored=service != "postgres")

    def restarts(self):
        self.each_container("restarting", lambda name: self.engine.run("restart", "--time", "15", name))
        self.truth.compare()

    def kills(self):
        def kill(name):
            self.engine.run("kill", name)
            self.engine.run("start", name)
        self.stack.up("--scale", "collector=2", "--scale", "publisher=2")
        self.each_container("killing", kill)
        self.truth.compare()

    def balancer(self):
        name = self.stack.one("balancer")

        def reload(_load):
            self.engine.run("exec", name, "nginx", "-c", "/etc/watchtower/nginx.conf", "-s", "reload")
            until("a later tick", 60, lambda since=self.truth.newest(): self.truth.newest() > since + INTERVAL)

        def restart(load):
            load.balancer_away.set()
            self.engine.run("restart", "--time", "15", name)
            self.stack.healthy()
            load.balancer_away.clear()
        self.under_load("reloading the balancer", reload)
        self.under_load("restarting the balancer", restart)

    def no_gateway(self):
        names = sorted(self.stack.containers("api-gateway"))
        self.engine.run("stop", *names)

        def refused():
            try:
                get(self.stack.api, "/ready")
            except urllib.error.HTTPError as error:
                return error.code == 503 and error.headers["Retry-After"] == "1" and json.loads(error.read())["status"] == 503
            return False
        until("the balancer says that no gateway answers", 30, refused)
        self.engine.run("start", *names)
        self.stack.healthy()
        until("gateways answer again", 30, lambda: get(self.stack.api, "/ready"))

    def https(self):
        """The layer of TLS on the running stack, and away again."""
        key, certificate = FOLDER / "key.pem", FOLDER / "certificate.pem"
        done = subprocess.run([program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"openssl: {done.stderr[-400:]}")
        plain = dict(self.stack.values)
        self.stack.values |= {"COMPOSE_FILE": plain["COMPOSE_FILE"] + ":compose/tls.yml", "TLS_CERTIFICATE": str(certificate),
                              "TLS_KEY": str(key)}
        self.stack.up()
        trusted = ssl.create_default_context(cafile=str(certificate))
        url = f"https://127.0.0.1:{self.stack.api}/api/v1/metrics/current"
        until("the API answers by https", 30, lambda: urllib.request.urlopen(url, timeout=10, context=trusted).status == 200)
        self.stack.values.update(plain)
        self.stack.up()
        until("the API answers without", 30, lambda: get(self.stack.api, "/ready"))
        self.engine.run("volume", "rm", f"{PROJECT}_balancer-secrets")  # of a layer that `down` no longer knows

    def simulator(self):
        """Last of all: a game that begins anew has another truth."""
        self.under_load("restarting the simulator", lambda _: [
            self.engine.run("restart", "--time", "15", self.stack.one("ccc-simulator")), self.stack.healthy()])

    def scales(self):
        many = ("--scale", "collector=3", "--scale", "api-gateway=3", "--scale", "publisher=2", "--scale", "exporter=2")
        few = ("--scale", "collector=1", "--scale", "api-gateway=2", "--scale", "publisher=1", "--scale", "exporter=1")
        self.under_load("scaling up", lambda _: self.stack.up(*many))
        self.truth.compare()
        self.under_load("scaling down", lambda _: self.stack.up(*few))
        self.truth.compare()

    def upgrades(self, version):
        self.stack.values["WATCHTOWER_VERSION"] = version
        self.under_load("upgrading", lambda _: self.stack.script("upgrade.sh"))
        for service in ("collector", "api-gateway", "exporter", "publisher"):
            for name, one in self.stack.containers(service).items():
                if not one["Config"]["Image"].endswith(":" + version):
                    raise Failure(f"{name} runs {one['Config']['Image']}")
        self.truth.compare()

    def restores(self):
        """The game stands still from the backup on, so that what is restored is what it says."""
        file = FOLDER / "backup.dump"
        self.truth.simulator("POST", "/admin/pause")
        ticks = self.truth.newest()
        until("a later tick", 60, lambda: self.truth.newest() > ticks + INTERVAL)
        self.stack.script("backup.sh", str(file))
        before = self.stack.sql("select count(*) from snapshots")
        self.stack.sql("truncate snapshots")
        self.stack.script("restore.sh", str(file))
        self.stack.healthy()
        if int(self.stack.sql("select count(*) from snapshots")) < int(before):
            raise Failure("restoring did not bring all ticks back")
        file.unlink()
        self.truth.compare(netted=False)

    def says_what_is_missing(self):
        empty = FOLDER / "empty.env"  # in place of an .env that is there
        empty.write_text("", encoding="utf-8")
        for name in ("POSTGRES_PASSWORD", "API_KEY", "NATS_IMAGE", "WATCHTOWER_VERSION"):
            value = self.stack.values.pop(name)
            done = self.stack.compose("--env-file", str(empty), "config", check=False)
            self.stack.values[name] = value
            if done.returncode == 0 or name not in done.stderr:
                raise Failure(f"without {name} docker-compose does not say so: {done.stderr.strip()[-200:]}")

    def leaves_nothing(self):
        self.stack.down()
        label = f"label=com.docker.compose.project={PROJECT}"
        left = self.engine.run("ps", "--all", "--quiet", "--filter", label)
        left += self.engine.run("volume", "ls", "--quiet", "--filter", label)
        left += self.engine.run("network", "ls", "--quiet", "--filter", label)
        if left.strip():
            raise Failure(f"there is left: {left.split()}")


def steps(run, next_version, only):
    yield "a missing variable is named", run.says_what_is_missing
    yield "up, and everybody shows the truth", run.brings_everything_up
    yield from ((name, step) for name, step in steps_between(run, next_version) if re.search(only, name))
    yield "down", run.leaves_nothing


def steps_between(run, next_version):
    yield "containers are confined", run.keeps_containers_small
    yield "containers are restarted one after another", run.restarts
    yield "the balancer is reloaded and restarted", run.balancer
    yield "no gateway is there", run.no_gateway
    yield "the API by https", run.https
    yield "scaling up and down", run.scales
    yield "containers are killed one after another", run.kills
    yield "upgrade", lambda: run.upgrades(next_version)
    yield "backup and restore", run.restores
    yield "the simulator is restarted", run.simulator


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--images", metavar="VERSION")
    arguments.add_argument("--only", metavar="TEXT", default="")
    given = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"test-compose: not over within {MOST_SECONDS} s"))
    signal.alarm(MOST_SECONDS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    version = given.images or "test"
    engine = stack = None
    try:
        engine = Engine(FOLDER / "engine", tell)
        engine.start()
        images = Images(engine, FOLDER, tell)
        images.prepare()
        if not given.images:
            images.build_services(version)
        images.check(version)
        for service in SERVICES:
            engine.run("tag", f"watchtower-{service}:{version}", f"watchtower-{service}:{version}-next")
        stack = Stack(engine, version, tell)
        stack.down()  # what a test that was cut off has left
        for name, step in steps(Run(stack, Truth(stack)), f"{version}-next", given.only):
            tell(name)
            step()
        tell("everything held")
        return 0
    except Failure as failure:
        tell(f"FAILED: {failure}")
        return 1
    finally:
        signal.alarm(0)
        if stack:
            stack.logs(FOLDER / "log")
            stack.down()
        if engine:
            engine.stop()


if __name__ == "__main__":
    sys.exit(main())
