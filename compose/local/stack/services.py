"""Watchtower's own processes: their environment and whether they are ready."""

import pathlib
from dataclasses import dataclass

from stack.children import Program
from stack.failure import Failure
from stack.http import get
from stack.secret_files import password

GAME_SECRETS = ("CCC_API_KEY", "CCC_API_KEY_FILE")
GATEWAY_SECRETS = ("API_KEY", "API_KEY_FILE")


def given_api_key(settings):
    """The first key that the environment gives, if any."""
    keys = settings.environment.get("API_KEY", "")
    if "API_KEY_FILE" in settings.environment:
        keys = pathlib.Path(settings.environment["API_KEY_FILE"]).read_text()
    return keys.split(",")[0].strip()


def made_api_key_file(settings):
    password(settings.secrets_folder, "api_key")
    return settings.secrets_folder / "api_key"


def api_key(settings):
    """One that the gateway accepts."""
    return given_api_key(settings) or made_api_key_file(settings).read_text().strip()


@dataclass
class Service:
    name: str
    port_name: str  # where /ready is answered
    port: int
    program: Program

    def ready(self):
        answer = get(self.port, "/ready")
        return answer is not None and answer.status == 200

    def why_not_ready(self):
        answer = get(self.port, "/ready")
        return "no answer" if answer is None else f"{answer.status} {answer.text.strip()[:300]}"


class Services:
    """All of them in the order of starting."""

    def __init__(self, settings, owner_url_file, reader_url_file, brokers):
        self.settings = settings
        self.broker_files = {f"{kind}_URL_FILE": str(broker.url_file) for kind, broker in brokers.items()}
        self.owner = {"DATABASE_URL_FILE": str(owner_url_file)}
        self.reader = {"DATABASE_URL_FILE": str(reader_url_file)}

    def all(self):
        ports = self.settings.ports
        services = []
        if self.settings.simulated:
            services.append(self.service("ccc-simulator", "simulator", {"PORT": ports["simulator"]}))
        services += [
            self.service("collector", "collector_management", self.owner, keeps=GAME_SECRETS),
            self.service("api-gateway", "gateway_management", self.reader | self.api_key() | {"PORT": ports["gateway"]},
                         keeps=GATEWAY_SECRETS),
            self.service("exporter", "exporter", self.reader | {"PORT": ports["exporter"]}),
            self.service("publisher", "publisher_management", self.reader),
        ]
        return services

    def api_key(self):
        """The key that came from outside, or one made for this machine."""
        return {} if given_api_key(self.settings) else {"API_KEY_FILE": made_api_key_file(self.settings)}

    def service(self, name, port_name, own, keeps=()):
        binary = self.settings.binaries / f"watchtower-{name}"
        if not binary.exists():
            raise Failure(f"no {binary}: run `make` first")
        environment = {key: value for key, value in self.settings.environment.items()
                       if key in keeps or key not in GAME_SECRETS + GATEWAY_SECRETS}
        port = self.settings.ports[port_name]
        if port_name.endswith("_management"):
            environment["MANAGEMENT_PORT"] = port
        environment |= self.broker_files | own
        program = Program(name, [str(binary)], {key: str(value) for key, value in environment.items()})
        return Service(name, port_name, port, program)
