"""A private Prometheus and Alertmanager with the repository's rules, where Debian's packages are there."""

import os
import re

from stack.brokers import executable
from stack.children import Program
from stack.failure import Failure
from stack.http import get
from stack.settings import ADDRESS

RETENTION = "15d"
# What prometheus/local.yml calls 127.0.0.1:<port>, by what the ports are called here.
DEFAULT_PORTS = {
    "9201": "collector_management",
    "9202": "gateway_management",
    "9203": "exporter",
    "9204": "publisher_management",
    "9090": "prometheus",
    "9093": "alertmanager",
}


def with_ports(configuration, ports):
    """The configuration with the ports of this run."""
    return re.sub(rf"{re.escape(ADDRESS)}:(\d+)",
                  lambda match: f"{ADDRESS}:{ports[DEFAULT_PORTS[match[1]]]}" if match[1] in DEFAULT_PORTS else match[0],
                  configuration)


def installed():
    try:
        return bool(executable(Prometheus.EXECUTABLE) and executable(Alertmanager.EXECUTABLE))
    except Failure:
        return False


def is_ready(port):
    answer = get(port, "/-/ready")
    return answer is not None and answer.status == 200


def program(name, command, folder):
    """Without the environment of this process, which may hold keys."""
    return Program(name, command, {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}, folder=str(folder))


class Alertmanager:
    EXECUTABLE = "prometheus-alertmanager"

    def __init__(self, settings):
        self.settings = settings
        self.port = settings.ports["alertmanager"]
        self.folder = settings.folder / "alertmanager"

    def program(self):
        self.folder.mkdir(mode=0o700, exist_ok=True)
        configuration = self.settings.root / "prometheus/alertmanager-local.yml"
        return program("Alertmanager", [
            executable(self.EXECUTABLE), f"--config.file={configuration}", f"--storage.path={self.folder}",
            f"--web.listen-address={ADDRESS}:{self.port}", f"--web.external-url=http://{ADDRESS}:{self.port}/",
            "--cluster.listen-address="], self.folder)

    def ready(self):
        return is_ready(self.port)


class Prometheus:
    EXECUTABLE = "prometheus"

    def __init__(self, settings):
        self.settings = settings
        self.port = settings.ports["prometheus"]
        self.folder = settings.folder / "prometheus"

    def program(self):
        self.folder.mkdir(mode=0o700, exist_ok=True)
        source = self.settings.root / "prometheus"
        configuration = with_ports((source / "local.yml").read_text(encoding="utf-8"), self.settings.ports)
        configuration = configuration.replace("- rules/", f"- {source}/rules/")
        file = self.folder / "prometheus.yml"
        file.write_text(configuration, encoding="utf-8")
        return program("Prometheus", [
            executable(self.EXECUTABLE), f"--config.file={file}", f"--storage.tsdb.path={self.folder / 'data'}",
            f"--storage.tsdb.retention.time={RETENTION}", f"--web.listen-address={ADDRESS}:{self.port}",
            f"--web.external-url=http://{ADDRESS}:{self.port}/"], self.folder)

    def ready(self):
        return is_ready(self.port)
