"""What can be chosen, from the environment; make hands its command line's variables down there."""

import json
import os
import pathlib
import urllib.parse
from dataclasses import dataclass, field

from stack.failure import Failure

ADDRESS = "127.0.0.1"

# Each can be moved by RUN_<NAME>_PORT.
PORTS = {
    "postgres": 15432,
    "redis": 16379,
    "nats": 14222,
    "simulator": 8900,
    "gateway": 8000,
    "collector_management": 9201,
    "gateway_management": 9202,
    "exporter": 9203,
    "publisher_management": 9204,
    "prometheus": 9090,
    "alertmanager": 9093,
}

# Nobody relies on where these are: they go elsewhere when the port is taken and was not chosen.
MOVABLE = ("prometheus", "alertmanager")

SIMULATED_INTERVAL = 5
REAL_INTERVAL = 60

# What the stack decides for its services, whatever the shell says; a private stack is not to reach for other servers.
DECIDED_HERE = {
    "LISTEN_ADDRESS", "PORT", "MANAGEMENT_ADDRESS", "MANAGEMENT_PORT", "DATABASE_URL", "DATABASE_URL_FILE",
    "REDIS_URL", "REDIS_URL_FILE", "NATS_URL", "NATS_URL_FILE", "NATS_CREDS_FILE", "NATS_CA_FILE",
    "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS",
}


@dataclass
class Settings:
    root: pathlib.Path
    folder: pathlib.Path = field(init=False)
    log_folder: pathlib.Path = field(init=False)
    secrets_folder: pathlib.Path = field(init=False)
    worlds_file: pathlib.Path = field(init=False)
    game_file: pathlib.Path = field(init=False)
    binaries: pathlib.Path = field(init=False)
    ports: dict = field(init=False)
    movable: list = field(init=False)  # the ports that may be others than they are
    monitored: bool = False  # Prometheus and Alertmanager run, too
    environment: dict = field(init=False)  # for every service
    simulated: bool = field(init=False)
    interval: float = field(init=False)  # seconds between ticks

    def __post_init__(self):
        given = {name: value for name, value in os.environ.items() if value != ""}
        self.folder = self.root / ".run"
        self.log_folder = self.folder / "log"
        self.secrets_folder = self.folder / "secrets"
        self.worlds_file = self.folder / "worlds.json"
        self.game_file = self.folder / "game.json"
        self.binaries = pathlib.Path(given.get("RUN_BINARIES", self.root / "build/release/bin")).absolute()
        self.ports = {name: port_of(given, name) for name in PORTS}
        if len(set(self.ports.values())) != len(self.ports):
            raise Failure(f"two of the ports are the same: {self.ports}")
        self.movable = [name for name in MOVABLE if variable_of(name) not in given]
        self.simulated = "CCC_API_URL" not in given and "CCC_WORLDS_FILE" not in given
        self.environment = self.services_environment(given)
        try:
            self.interval = float(self.environment["METRICS_COLLECTION_INTERVAL"])
        except ValueError:
            self.interval = REAL_INTERVAL  # the services tell what is wrong with it

    def services_environment(self, given):
        result = {name: value for name, value in given.items()
                  if name not in DECIDED_HERE and not name.startswith("RUN_")}
        result.setdefault("METRICS_COLLECTION_INTERVAL", str(SIMULATED_INTERVAL if self.simulated else REAL_INTERVAL))
        result.setdefault("PUBLISH_INTERVAL", result["METRICS_COLLECTION_INTERVAL"])
        result.setdefault("LOG_FORMAT", "text")
        result.update(LISTEN_ADDRESS=ADDRESS, MANAGEMENT_ADDRESS=ADDRESS)
        direct = [value for value in (given.get("no_proxy") or given.get("NO_PROXY"), ADDRESS, "localhost") if value]
        result["no_proxy"] = result["NO_PROXY"] = ",".join(direct)
        if self.simulated and "SIM_WORLDS" in result:
            result["CCC_WORLDS_FILE"] = str(self.worlds_file)
        elif self.simulated:
            result["CCC_API_URL"] = self.simulator_url()
        return result

    def simulator_url(self):
        return f"http://{ADDRESS}:{self.ports['simulator']}"

    def write_worlds_file(self):
        """For the collector: the worlds that the simulator was asked for."""
        if self.simulated and "SIM_WORLDS" in self.environment:
            names = [name.strip() for name in self.environment["SIM_WORLDS"].split(",") if name.strip()]
            worlds = [{"name": name, "url": f"{self.simulator_url()}/worlds/{name}"} for name in names]
            self.worlds_file.write_text(json.dumps(worlds, indent=2) + "\n")

    def used_ports(self):
        unused = () if self.simulated else ("simulator",)
        unused += () if self.monitored else MOVABLE
        return {name: port for name, port in self.ports.items() if name not in unused}

    def source(self):
        """Where the numbers come from, for people; without a password that an address may hold."""
        if self.simulated:
            return "SIMULATED, no real game (watchtower-ccc-simulator)"
        if "CCC_WORLDS_FILE" in self.environment:
            return f"the worlds of {self.environment['CCC_WORLDS_FILE']}"
        url = urllib.parse.urlsplit(self.environment["CCC_API_URL"])
        return urllib.parse.urlunsplit((url.scheme, url.netloc.rpartition("@")[2], url.path, "", ""))


def variable_of(name):
    return f"RUN_{name.upper()}_PORT"


def port_of(given, name):
    variable = variable_of(name)
    text = given.get(variable, str(PORTS[name]))
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Failure(f"{variable}: '{text}' is no port (1 to 65535)")
    return int(text)
