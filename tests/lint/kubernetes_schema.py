"""Objects against the types of Kubernetes 1.32, as strictly as its API server with fieldValidation=Strict.

The types come out of the npm package @kubernetes/client-node, which is made of the OpenAPI description of v1.32.0: every field
with its type and format, and whether it must be there. `npm pack` fetches the archive, npm and this file check its hash; nothing
of it is installed or run. What is no field of Kubernetes' own (of the Prometheus operator) is listed in OPERATOR.
"""

import base64
import hashlib
import json
import pathlib
import re
import subprocess
import tarfile

VERSION = "1.32.0"
PACKAGE = "@kubernetes/client-node@1.1.0"
INTEGRITY = "6Sp7ekNfMmDH2HvEQLb8vuPu+mX0xNkPElQLX5N/mjxeMimFWfecZeiFfIaG+Q9S1v+snZfTNJjvpOwNUVO7RA=="

LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
LABEL_KEY = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")

# What the descriptions tell in words: the only values of a field, by type.
VALUES = {
    ("V1Container", "imagePullPolicy"): {"Always", "IfNotPresent", "Never"},
    ("V1ContainerPort", "protocol"): {"TCP", "UDP", "SCTP"},
    ("V1ServicePort", "protocol"): {"TCP", "UDP", "SCTP"},
    ("V1NetworkPolicyPort", "protocol"): {"TCP", "UDP", "SCTP"},
    ("V1NetworkPolicySpec", "policyTypes"): {"Ingress", "Egress"},
    ("V1LabelSelectorRequirement", "operator"): {"In", "NotIn", "Exists", "DoesNotExist"},
    ("V1DeploymentStrategy", "type"): {"RollingUpdate", "Recreate"},
    ("V1StatefulSetUpdateStrategy", "type"): {"RollingUpdate", "OnDelete"},
    ("V1StatefulSetSpec", "podManagementPolicy"): {"OrderedReady", "Parallel"},
    ("V1PodSpec", "restartPolicy"): {"Always", "OnFailure", "Never"},
    ("V1PodSecurityContext", "fsGroupChangePolicy"): {"OnRootMismatch", "Always"},
    ("V1SeccompProfile", "type"): {"RuntimeDefault", "Localhost", "Unconfined"},
    ("V1ServiceSpec", "type"): {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"},
    ("V1HTTPIngressPath", "pathType"): {"Prefix", "Exact", "ImplementationSpecific"},
    ("V1TopologySpreadConstraint", "whenUnsatisfiable"): {"ScheduleAnyway", "DoNotSchedule"},
    ("V1PersistentVolumeClaimSpec", "accessModes"): {
        "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"},
    ("V2MetricSpec", "type"): {"Resource", "Pods", "Object", "External", "ContainerResource"},
    ("V2MetricTarget", "type"): {"Utilization", "Value", "AverageValue"},
    ("V2HPAScalingPolicy", "type"): {"Pods", "Percent"},
    ("V1EmptyDirVolumeSource", "medium"): {"", "Memory"},
}
# Exactly one of these says what the object does.
ONE_OF = {
    "V1Probe": ("exec", "grpc", "httpGet", "tcpSocket"),
    "V1LifecycleHandler": ("exec", "httpGet", "sleep", "tcpSocket"),
    "V1IngressBackend": ("service", "resource"),
}
NAMED_BY = {  # lists whose entries may not have the same name, and by what
    "containers": ("name",), "volumes": ("name",), "env": ("name",), "volumeMounts": ("mountPath",),
    "V1ContainerPort": ("name",), "V1ServicePort": ("name",),
}

# (name, type, required): the part of monitoring.coreos.com/v1 that is used here, written by hand.
OPERATOR = {
    "ServiceMonitor": [("apiVersion", "string", True), ("kind", "string", True), ("metadata", "V1ObjectMeta", True),
                       ("spec", "ServiceMonitorSpec", True)],
    "ServiceMonitorSpec": [("jobLabel", "string", False), ("selector", "V1LabelSelector", True),
                           ("endpoints", "Array<Endpoint>", True)],
    "Endpoint": [("port", "string", True), ("path", "string", False), ("interval", "string", False),
                 ("scrapeTimeout", "string", False), ("relabelings", "Array<Relabeling>", False)],
    "Relabeling": [("action", "string", False), ("regex", "string", False), ("sourceLabels", "Array<string>", False),
                   ("targetLabel", "string", False), ("replacement", "string", False)],
    "PrometheusRule": [("apiVersion", "string", True), ("kind", "string", True), ("metadata", "V1ObjectMeta", True),
                       ("spec", "PrometheusRuleSpec", True)],
    "PrometheusRuleSpec": [("groups", "Array<RuleGroup>", False)],
    "RuleGroup": [("name", "string", True), ("interval", "string", False), ("rules", "Array<Rule>", False)],
    "Rule": [("alert", "string", False), ("record", "string", False), ("expr", "IntOrString", True),
             ("for", "string", False), ("keep_firing_for", "string", False),
             ("labels", "{ [key: string]: string; }", False), ("annotations", "{ [key: string]: string; }", False)],
}


class Schema:
    """Types by their names, and what an apiVersion and kind stand for: (type, whether it lies in a namespace)."""

    def __init__(self, folder):
        self.fields = {name: {field: (kind, "", required) for field, kind, required in fields}
                       for name, fields in OPERATOR.items()}
        self.kinds = {("monitoring.coreos.com/v1", kind): (kind, True) for kind in ("ServiceMonitor", "PrometheusRule")}
        with tarfile.open(fetch(pathlib.Path(folder))) as archive:
            texts = {member.name.split("/dist/gen/")[-1]: archive.extractfile(member).read().decode()
                     for member in archive if "/dist/gen/" in member.name and member.name.endswith((".js", ".d.ts"))}
        for path, text in texts.items():
            if path.startswith("models/") and path.endswith(".js"):
                self.add_type(path[len("models/"):-len(".js")], text, texts.get(path[:-len("js")] + "d.ts", ""))
            elif path.startswith("apis/") and path.endswith("Api.js"):
                self.add_kinds(text)

    def add_type(self, name, text, declaration):
        found = re.search(r"\.attributeTypeMap = (\[.*?\n\]);", text, re.DOTALL)
        if found:
            required = set(re.findall(r"^    '(\w+)': ", declaration, re.MULTILINE))
            self.fields[name] = {entry["baseName"]: (entry["type"], entry["format"], entry["name"] in required)
                                 for entry in json.loads(found.group(1))}

    def add_kinds(self, text):
        for namespaced, kind, path in re.findall(
                r"async create(Namespaced)?(\w+)\(.*?localVarPath = '/apis?/([^']+)'", text, re.DOTALL):
            group = path.split("/namespaces")[0] if namespaced else path.rsplit("/", 1)[0]
            name = group.split("/")[-1].capitalize() + kind
            self.kinds.setdefault((group, kind), (name, bool(namespaced)))

    def offences(self, entity):
        """What the API server would refuse in an object, each with the field's path."""
        api, kind = entity.get("apiVersion"), entity.get("kind")
        found = self.kinds.get((api, kind))
        if not found or found[0] not in self.fields:
            return [f"apiVersion, kind: there is no {kind} in {api}"]
        return list(self.of_type(entity, found[0], "")) + list(names(entity))

    def of_type(self, value, name, path):
        if not isinstance(value, dict):
            yield f"{path}: is no object"
            return
        fields = self.fields[name]
        for field in value:
            if field not in fields:
                yield f"{path}.{field}: no field of {name}"
        for field, (_, _, required) in fields.items():
            if required and value.get(field) is None:
                yield f"{path}.{field}: must be there"
        if name in ONE_OF and sum(1 for field in ONE_OF[name] if field in value) != 1:
            yield f"{path}: needs exactly one of {', '.join(ONE_OF[name])}"
        for field, content in value.items():
            if field not in fields:
                continue
            if content is None:
                if field != "creationTimestamp":
                    yield f"{path}.{field}: is empty"
                continue
            yield from self.of(content, *fields[field][:2], f"{path}.{field}")
            allowed = VALUES.get((name, field))
            for one in (content if isinstance(content, list) else [content]) if allowed else []:
                if one not in allowed:
                    yield f"{path}.{field}: {one} is none of {', '.join(sorted(allowed))}"
            by = NAMED_BY.get(field) or NAMED_BY.get(fields[field][0][len("Array<"):-1])
            if by and isinstance(content, list):
                seen = [entry.get(by[0]) for entry in content if isinstance(entry, dict)]
                for twice in {entry for entry in seen if entry and seen.count(entry) > 1}:
                    yield f"{path}.{field}: {twice} is there twice"

    def of(self, value, kind, form, path):
        if kind.startswith("Array<"):
            if not isinstance(value, list):
                yield f"{path}: is no list"
                return
            for number, entry in enumerate(value):
                yield from self.of(entry, kind[len("Array<"):-1], form, f"{path}[{number}]")
        elif kind.startswith("{ [key: string]: "):
            if not isinstance(value, dict):
                yield f"{path}: is no map"
                return
            for key, entry in value.items():
                yield from self.of(entry, kind[len("{ [key: string]: "):-len("; }")], form, f"{path}.{key}")
        elif kind in self.fields:
            yield from self.of_type(value, kind, path)
        elif kind == "string" and not isinstance(value, str):
            yield f"{path}: {value} is no text"
        elif kind == "boolean" and not isinstance(value, bool):
            yield f"{path}: {value} is neither true nor false"
        elif kind == "number" and (isinstance(value, bool) or not isinstance(value, (int, float)) or
                                   (form.startswith("int") and not isinstance(value, int))):
            yield f"{path}: {value} is no number"
        elif kind == "IntOrString" and (isinstance(value, bool) or not isinstance(value, (int, str))):
            yield f"{path}: {value} is neither a number nor a text"


def names(value, path=""):
    """What names, labels and quantities may look like, anywhere in an object."""
    if isinstance(value, list):
        for number, entry in enumerate(value):
            yield from names(entry, f"{path}[{number}]")
    if not isinstance(value, dict):
        return
    for field, content in value.items():
        here = f"{path}.{field}"
        if field in ("labels", "matchLabels") and isinstance(content, dict) and "rules" not in path:
            for key, label in content.items():
                if not LABEL_KEY.fullmatch(key) or not (isinstance(label, str) and LABEL.fullmatch(label)):
                    yield f"{here}.{key}: {label} is no label"
        elif field == "metadata" and isinstance(content, dict) and not NAME.fullmatch(str(content.get("name", "x"))):
            yield f"{here}.name: {content['name']} is no name"
        elif field in ("requests", "limits") and isinstance(content, dict):
            for key, amount in content.items():
                if not QUANTITY.fullmatch(str(amount)):
                    yield f"{here}.{key}: {amount} is no quantity"
        elif field == "sizeLimit" and not QUANTITY.fullmatch(str(content)):
            yield f"{here}: {content} is no quantity"
        elif field == "ports" and isinstance(content, list):
            for port in content:
                name = port.get("name") if isinstance(port, dict) else None
                if name is not None and (len(str(name)) > 15 or not PORT_NAME.fullmatch(str(name))):
                    yield f"{here}: {name} is no name of a port"
        yield from names(content, here)


def fetch(folder):
    """The package's archive, fetched once into `folder`."""
    archive = folder / (PACKAGE.strip("@").replace("/", "-").replace("@", "-") + ".tgz")
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "pack", PACKAGE, "--pack-destination", ".", "--prefer-offline", "--loglevel=error"],
                              cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not archive.exists():
            raise SystemExit(f"lint: npm could not fetch {PACKAGE}: {done.stderr.strip()[-400:]}")
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != INTEGRITY:
        archive.unlink()
        raise SystemExit(f"lint: {archive.name} is not what it was when its hash was written down")
    return archive
