"""The compose files beside each other, .env.example, services/Dockerfile and what the services really are.
`offences(root)` is what `make lint` calls; docker-compose itself is asked too, where it is installed."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

import yaml

import deployment

BASE_LAYERS = ("watchtower", "monitoring", "simulator")  # of .env.example, in this order
READ_BY_COMPOSE = {"COMPOSE_PROJECT_NAME", "COMPOSE_FILE"}
IN_STORES = {"postgres", "redis", "grafana", *deployment.SERVICES} - {"ccc-simulator"}
ROOT_ALLOWED = {"prepare"}
VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?:(:-|:\?)([^}]*))?\}")


@dataclass
class Files:
    """Texts; tests change them."""
    layers: dict  # name of the layer: its text
    example: str
    dockerfile: str
    prepare: str
    prometheus: str
    root: object = None

    @staticmethod
    def of(root):
        folder = root / "compose"
        return Files({path.stem: path.read_text() for path in sorted(folder.glob("*.yml"))}, (root / ".env.example").read_text(),
                     (root / "services/Dockerfile").read_text(), (folder / "prepare.sh").read_text(),
                     (root / "prometheus/compose.yml").read_text(), root)

    def variables(self):
        return dict(re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", self.example, re.MULTILINE))

    def services(self, names=None):
        """{service: its settings}, layer upon layer."""
        found = {}
        for name in names or [*BASE_LAYERS, *sorted(set(self.layers) - set(BASE_LAYERS))]:
            for service, settings in yaml.safe_load(self.layers[name])["services"].items():
                together = found.setdefault(service, {})
                for key, value in settings.items():
                    old = together.get(key)
                    if isinstance(old, dict) and isinstance(value, dict):
                        value = old | value
                    elif isinstance(old, list) and isinstance(value, list):
                        value = old + value
                    together[key] = value
        return found


def variables(files):
    known, used = files.variables(), {}
    for layer, text in files.layers.items():
        without_comments = re.sub(r"(^|\s)#.*$", "", text, flags=re.MULTILINE)
        for name, kind, value in VARIABLE.findall(without_comments):
            used.setdefault(name, set()).add((kind, value))
            if name not in known:
                yield f"compose/{layer}.yml: {name} is not in .env.example"
            elif kind == ":-" and value != known[name] and known[name]:  # an empty one takes the default
                yield f"compose/{layer}.yml: {name} is {value or 'empty'} by default, in .env.example {known[name]}"
    for name in sorted(set(known) - set(used) - READ_BY_COMPOSE):
        yield f".env.example: {name} is used nowhere"
    if known.get("COMPOSE_FILE") != ":".join(f"compose/{layer}.yml" for layer in BASE_LAYERS):
        yield f".env.example: COMPOSE_FILE is not {' '.join(BASE_LAYERS)}"
    for name, value in known.items():
        if name.endswith(("_PASSWORD", "API_KEY")) and value:
            yield f".env.example: {name} has a default"


def images(files, version):
    known, stages = files.variables(), set(re.findall(r"^FROM \S+ AS (\S+)", files.dockerfile, re.MULTILINE))
    for name, image in known.items():
        if name.endswith("_IMAGE") and not re.fullmatch(r"[a-z0-9./-]+:[a-z0-9.-]*[0-9][a-z0-9.-]*", image):
            yield f".env.example: {name} is not pinned to a version: {image}"
    for what, found in (("WATCHTOWER_VERSION", known.get("WATCHTOWER_VERSION")),
                        ("ARG VERSION of services/Dockerfile", argument(files.dockerfile, "VERSION"))):
        if found != version:
            yield f"{what} is {found}, the project's version {version}"
    if argument(files.dockerfile, "BASE_IMAGE") != known.get("BASE_IMAGE"):
        yield "BASE_IMAGE of .env.example is not that of services/Dockerfile"
    for service, settings in files.services().items():
        ours = service in deployment.SERVICES
        wanted = "${WATCHTOWER_REGISTRY:-}watchtower-" + service + ":${WATCHTOWER_VERSION:?" if ours else "${"
        if not settings.get("image", "").startswith(wanted):
            yield f"{service}: image {settings.get('image')}"
        if ours and not settings.get("build", {}).get("target") == service in stages:
            yield f"{service}: builds {settings.get('build', {}).get('target')}"


def argument(dockerfile, name):
    found = re.search(rf"^ARG {name}=(.*)$", dockerfile, re.MULTILINE)
    return found and found[1]


def options(files, programs):
    for service, settings in files.services().items():
        if service not in deployment.SERVICES:
            continue
        environment = settings.get("environment", {})
        for name in programs.unknown_options(service, environment):
            yield f"{service}: has no option {name}"
        for name, value in environment.items():
            if name.endswith("_FILE") and str(value).startswith("/run/secrets/"):
                if not re.search(rf"put \S+ \"?({service}|\$service)/{os.path.basename(value)}\b", files.prepare):
                    yield f"{service}: prepare.sh does not write {value}"
            own = programs.options(service).get(name)
            default = VARIABLE.fullmatch(str(value))
            # A number stands in --help as 268435456 or 0.15; a text may be longer there.
            if own and default and re.fullmatch(r"[0-9.]+", own) and default[3] != own:
                yield f"{service}: {name} is {default[3]} by default, the service's is {own}"


def listeners(files, programs):
    """What services/Dockerfile and Prometheus say of ports and paths."""
    targets = {(name, str(target["port"])) for job in yaml.safe_load(files.prometheus)["scrape_configs"]
               for target in job.get("dns_sd_configs", []) for name in target["names"]}
    for service in deployment.SERVICES:
        stage = re.search(rf"^FROM runtime AS {service}$(.*?)(?=^FROM|\Z)", files.dockerfile, re.MULTILINE | re.DOTALL)
        if not stage:
            yield f"services/Dockerfile: no {service}"
            continue
        ports = {programs.options(service)[name]: name for name in ("PORT", "MANAGEMENT_PORT") if name in programs.options(service)}
        if set(re.search(r"^EXPOSE (.*)$", stage[1], re.MULTILINE)[1].split()) != set(ports):
            yield f"services/Dockerfile: {service} listens on {sorted(ports)}"
        port, path = re.search(r"http://127.0.0.1:(\d+)(/\w+)", stage[1]).groups()
        if port not in ports or programs.answers(service, ports[port], path) not in (200, 503):
            yield f"services/Dockerfile: {service} does not answer on {port}{path}"
        management = programs.options(service).get("MANAGEMENT_PORT") or programs.options(service)["PORT"]
        if service != "ccc-simulator" and (service, management) not in targets:
            yield f"prometheus/compose.yml: does not ask {service}:{management}"


def confined(files):
    for service, settings in files.services().items():
        for what, right in {
            "read_only": settings.get("read_only") is True,
            "cap_drop": settings.get("cap_drop") == ["ALL"],
            "cap_add": "cap_add" not in settings or service in ROOT_ALLOWED,
            "security_opt": "no-new-privileges:true" in settings.get("security_opt", []),
            "user": str(settings.get("user", "0")).split(":")[0] != "0" or service in ROOT_ALLOWED,
            "mem_limit": "mem_limit" in settings, "pids_limit": "pids_limit" in settings,
            "logging": "max-size" in settings.get("logging", {}).get("options", {}),
            "healthcheck": "healthcheck" in settings or service in deployment.SERVICES or service in ROOT_ALLOWED,
            "ports": all(port.startswith("${BIND_ADDRESS:-127.0.0.1}:") for port in settings.get("ports", [])),
            "networks": "stores" not in settings.get("networks", []) or service in IN_STORES,
        }.items():
            if not right:
                yield f"{service}: {what}: {settings.get(what)}"
        for volume in settings.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and not (files.root / "compose" / source).exists():
                yield f"{service}: there is no {source}"
            if source.startswith(".") and not volume.endswith(":ro"):
                yield f"{service}: can write to {source}"


def composed(root, example):
    """What docker-compose says, with a password for each that has to be given."""
    if not shutil.which("docker-compose"):
        return
    given = dict(re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", example, re.MULTILINE))
    filled = {name: value or "x" * 16 for name, value in given.items()} | {"TLS_KEY": "/k", "TLS_CERTIFICATE": "/c", "WORLDS_FOLDER": "/w"}
    for more in ("", ":compose/tls.yml:compose/worlds.yml"):
        filled["COMPOSE_FILE"] = given.get("COMPOSE_FILE", "") + more
        done = subprocess.run(["docker-compose", "config", "--quiet"], cwd=root, env=os.environ | filled,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield f"docker-compose: {done.stderr.strip()}"


def of_files(files, programs, version):
    return [*variables(files), *images(files, version), *options(files, programs), *listeners(files, programs), *confined(files)]


def offences(root, build=None):
    """`build` is the folder that has the programs in bin/."""
    files = Files.of(root)
    programs = deployment.Programs((build or root / "build/dev") / "bin")
    return [*of_files(files, programs, deployment.version(root)), *composed(root, files.example)]
