#!/usr/bin/env python3
"""All of Watchtower on this machine, with servers of its own and a simulated game: what `make run` starts.

Everything it keeps lies in .run (and PostgreSQL's data elsewhere where it has to; it says so). Ends with Ctrl-C or
SIGTERM, exit 0; exit 1 when it cannot start or go on.
"""

import fcntl
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True

from stack import game, monitoring, ports  # noqa: E402
from stack.brokers import Nats, Redis  # noqa: E402
from stack.failure import Failure, Stopped  # noqa: E402
from stack.numbers import Numbers  # noqa: E402
from stack.postgres import OWNER, READER, Cluster  # noqa: E402
from stack.screen import Screen  # noqa: E402
from stack.services import Services, api_key, given_api_key  # noqa: E402
from stack.settings import ADDRESS, Settings  # noqa: E402
from stack.supervisor import Supervisor  # noqa: E402

LOOK_SECONDS = 1
SERVICE_READY_SECONDS = 30


def shown(path):
    """As seen from where make was called."""
    return os.path.relpath(path) if str(path).startswith(os.getcwd()) else str(path)


def only_one(settings):
    """The lock that a second run finds taken; held until this process ends."""
    settings.folder.mkdir(exist_ok=True)
    settings.log_folder.mkdir(exist_ok=True)
    settings.secrets_folder.mkdir(mode=0o700, exist_ok=True)
    lock = open(settings.folder / "lock", "a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise Failure(f"already running here: {lock.read().strip() or 'starting'}") from None
    lock.truncate(0)
    lock.write(f"pid {os.getpid()}, http://{ADDRESS}:{settings.ports['gateway']}/\n")
    lock.flush()
    return lock


def start(settings, supervisor, screen):
    cluster = Cluster(settings, screen.tell)
    redis, nats = Redis(settings), Nats(settings)
    game.catch_up(settings, screen.tell)
    services = Services(settings, cluster.address_file(OWNER), cluster.address_file(READER),
                        {"REDIS": redis, "NATS": nats}).all()
    cluster.prepare()
    settings.write_worlds_file()
    for server in (cluster, redis, nats):
        supervisor.start(server.program(), server.ready, is_server=True)
    for service in services:
        supervisor.start(service.program, service.ready, is_server=False,
                         patience=SERVICE_READY_SECONDS + 2 * settings.interval)
    if settings.monitored:
        for server in (monitoring.Alertmanager(settings), monitoring.Prometheus(settings)):
            supervisor.start(server.program(), server.ready, is_server=False)


def watch(settings, supervisor, screen):
    numbers = Numbers(settings, api_key(settings))
    while True:
        supervisor.pause(LOOK_SECONDS)
        for line in numbers.new_lines():
            screen.tick(line)


def run(screen):
    settings = Settings(ROOT)
    supervisor = Supervisor(screen, settings.log_folder)
    supervisor.block_signals()
    lock = only_one(settings)
    settings.monitored = monitoring.installed()
    ports.move_taken(settings)
    ports.require_free(settings.used_ports())
    try:
        start(settings, supervisor, screen)
        screen.addresses(settings, shown, bool(given_api_key(settings)))
        watch(settings, supervisor, screen)
    except Stopped:
        screen.tell_if_open()
    finally:
        supervisor.stop()
        lock.close()


def main():
    screen = Screen()
    try:
        run(screen)
    except Failure as failure:
        screen.tell(f"run: {failure}")
        return 1
    except OSError as error:
        hint = "; did another user run this here before?" if isinstance(error, PermissionError) else ""
        screen.tell(f"run: {error}{hint}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
