"""The Kubernetes overlays: rendered, each object against the types of Kubernetes, and all of them against each other and
against what the services really are. `offences(root)` is what `make lint` calls."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field

import yaml

import deployment
import kubernetes_links
import kubernetes_network
import kubernetes_pods
import kubernetes_schema

# What is applied together, in one namespace.
TOGETHER = (("dev",), ("prod",), ("prod", "monitoring"))

# kubectl apply keeps an object's text in an annotation, and annotations hold no more.
LARGEST_BYTES = 256 * 1024 - 4096


@dataclass
class Workload:
    """What makes pods: a Deployment, a StatefulSet or a Job."""
    entity: dict
    labels: dict
    pod: dict

    @property
    def name(self):
        return self.entity["metadata"]["name"]

    @property
    def containers(self):
        return self.pod["containers"]


@dataclass
class Cluster:
    """The objects of overlays that are applied together."""
    entities: list
    workloads: list = field(default_factory=list)

    def __post_init__(self):
        for entity in self.entities:
            if entity["kind"] in ("Deployment", "StatefulSet", "Job"):
                template = entity["spec"]["template"]
                self.workloads.append(Workload(entity, template["metadata"].get("labels", {}), template["spec"]))

    def of(self, kind):
        return [entity for entity in self.entities if entity["kind"] == kind]

    def named(self, kind, name):
        return next((entity for entity in self.of(kind) if entity["metadata"]["name"] == name), None)

    def selected(self, selector):
        """The workloads whose pods a LabelSelector (or a Service's map) selects."""
        return [workload for workload in self.workloads if selects(selector, workload.labels)]


def selects(selector, labels):
    if not ("matchLabels" in selector or "matchExpressions" in selector):
        selector = {"matchLabels": selector}
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for wanted in selector.get("matchExpressions") or []:
        inside = labels.get(wanted["key"]) in wanted.get("values", [])
        there = wanted["key"] in labels
        if not {"In": inside, "NotIn": not inside, "Exists": there, "DoesNotExist": not there}[wanted["operator"]]:
            return False
    return True


@dataclass
class Facts:
    """What the overlays have to agree with."""
    schema: kubernetes_schema.Schema
    programs: deployment.Programs
    version: str
    images: set
    store_images: set
    targets: set  # (name, port) that prometheus/kubernetes.yml looks up
    outside_secrets: dict  # name -> keys: what k8s/secrets.sh makes, and what the ingress brings


def facts(root, build=None):
    """`build` is the folder that has the programs in bin/, and lint/ for what is fetched."""
    build = build or root / "build/dev"
    text = (root / "k8s/secrets.sh").read_text()
    secrets = {name: set(keys.split()) for name, keys in re.findall(r"^secret (\S+) (.*)$", text, re.MULTILINE)}
    text = (root / "prometheus/kubernetes.yml").read_text()
    targets = {(name, int(port)) for name, port in re.findall(r"names: \[(watchtower-(?!alertmanager)[a-z-]+)\].*port: ([0-9]+)", text)}
    return Facts(kubernetes_schema.Schema(build / "lint"), deployment.Programs(build / "bin"),
                 deployment.version(root), deployment.image_names(root), deployment.store_images(root), targets, secrets)


def render(root, overlay):
    """(objects, what is wrong)"""
    done = subprocess.run(["kubectl", "kustomize", str(root / "k8s/overlays" / overlay)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        return [], [f"cannot be rendered: {done.stderr.strip()}"]
    return [entity for entity in yaml.safe_load_all(done.stdout) if entity], []


def of_object(entity, schema):
    yield from schema.offences(entity)
    if len(json.dumps(entity)) > LARGEST_BYTES:
        yield f"is larger than {LARGEST_BYTES} bytes, which kubectl apply cannot keep"


def namespaces(cluster, known):
    """Everything lies in the one namespace there is, whose pods have to be `restricted`."""
    names = [entity["metadata"]["name"] for entity in cluster.of("Namespace")]
    if len(names) != 1:
        yield cluster.entities[0], f"needs exactly one Namespace, there is {names}"
        return
    for entity in cluster.of("Namespace"):
        if entity["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield entity, "pods may be less than restricted: pod-security.kubernetes.io/enforce"
    for entity in cluster.entities:
        _, inside = known.schema.kinds.get((entity["apiVersion"], entity["kind"]), (None, True))
        namespace = entity["metadata"].get("namespace")
        if inside and namespace != names[0]:
            yield entity, f"lies in namespace {namespace}, not {names[0]}"
        if not inside and namespace:
            yield entity, "lies in no namespace by its nature"
    seen = [(entity["kind"], entity["metadata"]["name"]) for entity in cluster.entities]
    for entity in cluster.entities:
        if seen.count((entity["kind"], entity["metadata"]["name"])) > 1:
            yield entity, "is there twice"


CHECKS = (namespaces, *kubernetes_links.CHECKS, *kubernetes_pods.CHECKS, *kubernetes_network.CHECKS)


def of_cluster(entities, known):
    """What is wrong between the objects; only for those that are each right by themselves."""
    cluster = Cluster(entities)
    for check in CHECKS:
        for entity, what in check(cluster, known):
            yield f"{entity['kind']} {entity['metadata']['name']}: {what}"


def stale_rules(root):
    """Whether the operator's object still says what prometheus/rules says."""
    done = subprocess.run([sys.executable, str(root / "k8s/rules.py"), "--print"], capture_output=True, text=True, check=True)
    file = root / "k8s/overlays/monitoring/rules.yaml"
    if not file.exists() or file.read_text() != done.stdout:
        yield f"{file.relative_to(root)}: differs from prometheus/rules: run k8s/rules.py"


def unlisted_dashboards(root):
    """kustomize takes no patterns of names."""
    folder = root / "grafana/dashboards"
    listed = (folder / "kustomization.yaml").read_text()
    for file in sorted(folder.glob("*.json")):
        if f"- {file.name}\n" not in listed:
            yield f"grafana/dashboards/kustomization.yaml: does not list {file.name}"


def offences(root):
    known = facts(root)
    found, rendered = [*stale_rules(root), *unlisted_dashboards(root)], {}
    for folder in sorted((root / "k8s/overlays").iterdir()):
        entities, wrong = render(root, folder.name)
        wrong += [f"{entity.get('kind')} {(entity.get('metadata') or {}).get('name')}: {what}"
                  for entity in entities for what in of_object(entity, known.schema)]
        found += [f"k8s/overlays/{folder.name}: {what}" for what in wrong]
        rendered[folder.name] = entities
        if not any(folder.name in together for together in TOGETHER):
            found.append(f"k8s/overlays/{folder.name}: not known to tests/lint/kubernetes.py: with what is it applied?")
    if not found:
        for together in TOGETHER:
            entities = [entity for overlay in together for entity in rendered.get(overlay, [])]
            found += [f"k8s/overlays/{together[-1]}: {what}" for what in of_cluster(entities, known)]
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    import pathlib
    wrong = offences(pathlib.Path(__file__).resolve().parents[2])
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)
