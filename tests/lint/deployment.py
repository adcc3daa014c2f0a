"""What the services really are, asked of their programs: for checks of the files that deploy them."""

import json
import os
import re
import select
import subprocess
import time
import urllib.error
import urllib.request
from functools import lru_cache

SERVICES = ("collector", "api-gateway", "exporter", "publisher", "ccc-simulator")
NOWHERE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0",
           "NATS_URL": "nats://127.0.0.1:1", "CCC_API_URL": "http://127.0.0.1:1"}
START_SECONDS = 30


class Programs:
    """The programs watchtower-<service> in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __hash__(self):
        return hash(self.folder)

    def __eq__(self, other):
        return self.folder == other.folder

    def run(self, service, arguments, environment=None):
        clean = {"PATH": os.environ.get("PATH", "")}
        return subprocess.run([str(self.folder / f"watchtower-{service}"), *arguments], env=clean | (environment or {}),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=START_SECONDS, check=False)

    @lru_cache
    def options(self, service):
        """{option: default} by the names of their environment variables; NAME_FILE for what may come from a file."""
        text = self.run(service, ["--help"]).stdout
        found = {}
        for block in re.split(r"\n  (?=-)", text):
            name = re.search(r"\[([A-Z][A-Z0-9_]*)\]\s*$", block)
            default = re.match(r"--\S+ \S+ \(([^)]*)\)", block)
            if name:
                found[name.group(1)] = default.group(1) if default else ""
            elif block.startswith("--") and "-file PATH" in block and "file that holds it" in block:
                found[block[2:block.index(" ")].upper().replace("-", "_")] = ""
        if "LOG_LEVEL" not in found:
            raise SystemExit(f"lint: watchtower-{service} --help lists no options: is it built?")
        return found | {"CONFIG_FILE": ""}

    def unknown_options(self, service, names):
        """Those that the service does not have."""
        return sorted(set(names) - set(self.options(service)))

    def wrong_configuration(self, service, environment, command=()):
        """What the service says of an environment it would not start with; nothing when it would."""
        done = self.run(service, [*command, "--check-config"], environment)
        return None if done.returncode == 0 else (done.stderr.strip() or f"ends with {done.returncode}")

    @lru_cache
    def answers(self, service, listener, path):
        """The status with which the service answers GET path on one of its listeners (PORT or MANAGEMENT_PORT)."""
        ports = {name: "0" for name in ("PORT", "MANAGEMENT_PORT") if name in self.options(service)}
        settings = {name: value for name, value in (NOWHERE | ports | {"LOG_FORMAT": "json"}).items()
                    if name in self.options(service)}
        process = subprocess.Popen([str(self.folder / f"watchtower-{service}")], env=settings, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            event = listening(process)
            return status_of(event["management_port" if listener == "MANAGEMENT_PORT" else "port"], path)
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


def listening(process):
    """The fields of the log event with which a process says that it listens."""
    end, text = time.monotonic() + START_SECONDS, b""
    while time.monotonic() < end:
        if select.select([process.stderr], [], [], 0.2)[0]:
            piece = os.read(process.stderr.fileno(), 65536)
            if not piece:
                break
            text += piece
            for line in text.split(b"\n")[:-1]:
                event = json.loads(line)
                if event.get("event") in ("listening", "started"):
                    return event
    raise SystemExit(f"lint: a service did not start: {text.decode()[-400:]}")


def status_of(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=START_SECONDS) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def version(root):
    """The project's, which is the tag of its images."""
    return re.search(r"project\(watchtower VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text()).group(1)


def image_names(root):
    """Those that services/Dockerfile makes."""
    text = (root / "services/Dockerfile").read_text()
    return {f"watchtower-{stage}" for stage in re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE) if stage in SERVICES}


def store_images(root):
    """The images of PostgreSQL, Redis and NATS that compose/ uses."""
    pins = dict(re.findall(r"^(POSTGRES|REDIS|NATS)_IMAGE=(\S+)$", (root / ".env.example").read_text(), re.MULTILINE))
    return set(pins.values())
