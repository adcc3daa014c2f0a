"""What pods may do, and whether their settings are what the services really have. Each check gives (object, what is wrong)."""

import base64
import pathlib
import tempfile

from deployment import NOWHERE, SERVICES
from kubernetes_links import pod_ports, volume_sources

# A service ends within 10 s; what is left is for a slow machine.
SHUTDOWN_SECONDS = 10
SPARE_SECONDS = 5

PLAIN_VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
SAMPLE_SECRETS = {"database-url": NOWHERE["DATABASE_URL"], "reader-database-url": NOWHERE["DATABASE_URL"],
                  "redis-url": NOWHERE["REDIS_URL"], "nats-url": NOWHERE["NATS_URL"]}


def service_of(container):
    """The service whose image a container has; None for a store's."""
    name = container["image"].rsplit("/", 1)[-1].split(":")[0]
    service = name.removeprefix("watchtower-")
    return service if name != service and service in SERVICES else None


def our_containers(cluster):
    for workload in cluster.workloads:
        for container in workload.containers:
            if service_of(container):
                yield workload, container, service_of(container)


def restricted(cluster, _known):
    """The standard `restricted` of Kubernetes, and what else a container can do without."""
    for workload in cluster.workloads:
        pod, security = workload.pod, workload.pod.get("securityContext", {})
        wrong = [name for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name)]
        wrong += ["runAsNonRoot"] if security.get("runAsNonRoot") is not True else []
        wrong += ["runAsUser"] if not security.get("runAsUser") else []
        wrong += ["seccompProfile"] if security.get("seccompProfile", {}).get("type") != "RuntimeDefault" else []
        wrong += ["automountServiceAccountToken"] if pod.get("automountServiceAccountToken") is not False else []
        wrong += ["enableServiceLinks"] if pod.get("enableServiceLinks") is not False else []
        wrong += [f"volume {volume['name']}" for volume in pod.get("volumes", [])
                  if not PLAIN_VOLUMES & (set(volume) - {"name"})]
        for container in workload.containers + pod.get("initContainers", []):
            own = container.get("securityContext", {})
            wrong += ["allowPrivilegeEscalation"] if own.get("allowPrivilegeEscalation") is not False else []
            wrong += ["readOnlyRootFilesystem"] if own.get("readOnlyRootFilesystem") is not True else []
            wrong += ["capabilities"] if own.get("capabilities") != {"drop": ["ALL"]} else []
            wrong += [name for name in ("privileged", "procMount") if own.get(name)]
            wrong += ["runAsUser"] if own.get("runAsUser", 1) == 0 or own.get("runAsNonRoot", True) is not True else []
            wrong += ["hostPort"] if any("hostPort" in port for port in container.get("ports", [])) else []
            wrong += ["a place to write: /tmp"] if "/tmp" not in [
                mount["mountPath"] for mount in container.get("volumeMounts", [])] else []
        for name in wrong:
            yield workload.entity, f"not restricted: {name}"


def images(cluster, known):
    for workload in cluster.workloads:
        for container in workload.containers + workload.pod.get("initContainers", []):
            name, _, tag = container["image"].rpartition(":")
            if not name or "/" in tag or tag == "latest":
                yield workload.entity, f"image {container['image']}: has no version"
            elif service_of(container):
                if name.rsplit("/", 1)[-1] not in known.images:
                    yield workload.entity, f"image {name}: services/Dockerfile makes none of that name"
                if tag != known.version:
                    yield workload.entity, f"image {container['image']}: the version is {known.version}"
            elif container["image"] not in known.store_images:
                yield workload.entity, f"image {container['image']}: is neither a service's nor one of .env.example"
            if container.get("imagePullPolicy") != "IfNotPresent":
                yield workload.entity, "imagePullPolicy: must be IfNotPresent"


def resources(cluster, _known):
    for workload in cluster.workloads:
        for container in workload.containers:
            given = container.get("resources", {})
            for side, name in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
                if name not in given.get(side, {}):
                    yield workload.entity, f"{container['name']}: resources.{side}.{name}: must be there"


def shutdown(cluster, _known):
    for workload, container, _ in our_containers(cluster):
        pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        least = pause + SHUTDOWN_SECONDS + SPARE_SECONDS
        if workload.pod.get("terminationGracePeriodSeconds", 30) < least:
            yield workload.entity, f"terminationGracePeriodSeconds: under {least}, which it may need to end"


def rollout(cluster, _known):
    """An update takes nothing away before its successor is there; one that cannot have two ends first."""
    for entity in cluster.of("Deployment"):
        strategy = entity["spec"].get("strategy", {})
        if strategy.get("type") == "RollingUpdate" and strategy.get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield entity, "maxUnavailable: must be 0"


def probes(cluster, known):
    for workload in cluster.workloads:
        if workload.entity["kind"] == "Job":
            continue
        for container in workload.containers:
            for name in ("startupProbe", "readinessProbe", "livenessProbe"):
                if name not in container:
                    yield workload.entity, f"{container['name']}: has no {name}"
                    continue
                for what in wrong_probe(workload, container, container[name], name, known):
                    yield workload.entity, f"{container['name']}: {name}: {what}"


def wrong_probe(workload, container, probe, name, known):
    action = probe.get("httpGet") or probe.get("tcpSocket")
    ports = pod_ports(workload)
    if action and action["port"] not in ports and action["port"] not in ports.values():
        yield f"there is no port {action['port']}"
        return
    service = service_of(container)
    if service is None:
        return
    wanted = "/ready" if name == "readinessProbe" else "/health"
    if not probe.get("httpGet") or probe["httpGet"].get("path") != wanted:
        yield f"must ask for {wanted}"
        return
    listener = listener_of(known, service, ports.get(action["port"], action["port"]))
    if listener and known.programs.answers(service, listener, wanted) not in (200, 503):
        yield f"the service does not answer {wanted} on {listener}"


def listener_of(known, service, number):
    """PORT or MANAGEMENT_PORT, whichever the service listens on by default."""
    defaults = known.programs.options(service)
    return next((name for name in ("PORT", "MANAGEMENT_PORT") if defaults.get(name) == str(number)), None)


def listeners(cluster, known):
    """Container ports are those that the service listens on, for everybody."""
    for workload, container, service in our_containers(cluster):
        given = {variable["name"]: variable.get("value") for variable in container.get("env", [])}
        for port in container.get("ports", []):
            listener = listener_of(known, service, port["containerPort"])
            if listener is None or listener in given:
                yield workload.entity, f"{container['name']}: does not listen on {port['containerPort']}"
                continue
            address = {"PORT": "LISTEN_ADDRESS", "MANAGEMENT_PORT": "MANAGEMENT_ADDRESS"}[listener]
            if given.get(address) != "0.0.0.0":
                yield workload.entity, f"{container['name']}: {address}: listens for its own pod only"


def options(cluster, known):
    """Settings are options of the services, and the services start with them."""
    users = {}
    for workload, container, service in our_containers(cluster):
        own = [variable["name"] for variable in container.get("env", [])]
        for name in known.programs.unknown_options(service, own):
            yield workload.entity, f"{container['name']}: {name} is no option of {service}"
        for source in container.get("envFrom", []):
            users.setdefault(source["configMapRef"]["name"], set()).add(service)
        wrong = wrong_settings(cluster, known, workload, container, service)
        if wrong:
            yield workload.entity, f"{container['name']}: does not start with its settings: {wrong}"
    for name, services in users.items():
        for key in (cluster.named("ConfigMap", name) or {}).get("data", {}):
            if all(known.programs.unknown_options(service, [key]) for service in services):
                yield cluster.named("ConfigMap", name), f"{key} is no option of {', '.join(sorted(services))}"


def wrong_settings(cluster, known, workload, container, service):
    """What the program itself says of its environment, its secrets in files as the pod would have them."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, content in mounted_files(cluster, workload, container):
            file = root / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        environment = {}
        for source in container.get("envFrom", []):
            environment.update((cluster.named("ConfigMap", source["configMapRef"]["name"]) or {}).get("data", {}))
        for variable in container.get("env", []):
            value = variable.get("value", "")
            environment[variable["name"]] = str(root) + value if variable["name"].endswith("_FILE") else value
        wrong = known.programs.wrong_configuration(service, environment, container.get("args", []))
        return wrong.replace(str(root), "").replace("\n", "; ") if wrong else None


def mounted_files(cluster, workload, container):
    """(path, content) of what secrets and config maps put into a container; samples where a secret comes from outside."""
    for mount in container.get("volumeMounts", []):
        volume = next((v for v in workload.pod.get("volumes", []) if v["name"] == mount["name"]), {})
        for kind, source in volume_sources(volume):
            entity = cluster.named(kind, source.get("secretName", source.get("name")))
            data = (entity or {}).get("data", {})
            items = source.get("items") or [{"key": key, "path": key} for key in data]
            for item in items:
                text = data.get(item["key"])
                if text is None:
                    content = SAMPLE_SECRETS.get(item["key"], "").encode() if entity is None else None
                else:
                    content = base64.b64decode(text) if kind == "Secret" else text.encode()
                if content is not None:
                    yield f"{mount['mountPath']}/{item['path']}", content


def migration(cluster, known):
    """A Job cannot be changed: its name tells the version, and it names nothing whose name changes."""
    for entity in cluster.of("Job"):
        if not entity["metadata"]["name"].endswith("-" + known.version.replace(".", "-")):
            yield entity, f"its name does not end with the version {known.version}"
        for container in entity["spec"]["template"]["spec"]["containers"]:
            if container.get("envFrom"):
                yield entity, "names a ConfigMap, whose name changes with its content"


CHECKS = (restricted, images, resources, shutdown, rollout, probes, listeners, options, migration)
