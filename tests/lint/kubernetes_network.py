"""Who may talk to whom, as the NetworkPolicies have it, beside who has to. Each check gives (object, what is wrong)."""

import base64
from urllib.parse import urlsplit

from kubernetes_pods import our_containers

URLS = ("DATABASE_URL", "REDIS_URL", "NATS_URL", "CCC_API_URL")
DEFAULT_PORTS = {"DATABASE_URL": 5432, "REDIS_URL": 6379, "NATS_URL": 4222, "http": 80, "https": 443}
DNS_PORTS = {("UDP", 53), ("TCP", 53)}

# What may be reached from outside, by everybody.
PUBLIC = ("api-gateway", 8000)


def app(workload):
    return workload.labels.get("app.kubernetes.io/name")


def rules(cluster, workload, direction):
    """The rules for a workload's pods in one direction; None when nothing restricts it."""
    found = None
    for policy in cluster.of("NetworkPolicy"):
        spec = policy["spec"]
        if direction in spec["policyTypes"] and workload in cluster.selected(spec["podSelector"]):
            found = (found or []) + (spec.get(direction.lower()) or [])
    return found


def numbers(rule):
    return {(port.get("protocol", "TCP"), port.get("port")) for port in rule.get("ports", [])}


def between(cluster, source, target):
    """The ports (protocol, number) of target's pods that source's may reach."""
    def side(rule_list, peers, other):
        found = set()
        for rule in rule_list or []:
            if peers not in rule or any("podSelector" in peer and "namespaceSelector" not in peer
                                        and other in cluster.selected(peer["podSelector"]) for peer in rule[peers]):
                found |= numbers(rule)
        return found
    return (side(rules(cluster, source, "Egress"), "to", target) &
            side(rules(cluster, target, "Ingress"), "from", source))


def outward(cluster, workload, kind):
    """The ports that a workload's pods may reach outside of their namespace: by "ipBlock" or "namespaceSelector"."""
    return {number for rule in rules(cluster, workload, "Egress") or [] for peer in rule.get("to", []) if kind in peer
            for number in numbers(rule)}


def addresses(cluster, workload, container, known, service):
    """(host or None where it is a secret from outside, port) of what a container is told to talk to."""
    given = {}
    for source in container.get("envFrom", []):
        data = (cluster.named("ConfigMap", source["configMapRef"]["name"]) or {}).get("data", {})
        given.update({key: value for key, value in data.items() if key in known.programs.options(service)})
    for variable in container.get("env", []):
        name = variable["name"].removesuffix("_FILE")
        given[name] = None if name != variable["name"] else variable.get("value")
    for name in URLS:
        if name in given:
            text = given[name] if given[name] is not None else secret_text(cluster, workload, name)
            url = urlsplit(text or "")
            yield url.hostname, url.port or DEFAULT_PORTS.get(name) or DEFAULT_PORTS[url.scheme]


def secret_text(cluster, workload, option):
    """The URL that a pod gets as a file, where its secret is one of ours."""
    for entity in cluster.of("Secret"):
        for volume in workload.pod.get("volumes", []):
            sources = [source["secret"] for source in volume.get("projected", {}).get("sources", []) if "secret" in source]
            sources += [volume["secret"]] if "secret" in volume else []
            for source in sources:
                for item in source.get("items", []):
                    of_option = item["key"].replace("-", "_").upper().removeprefix("READER_") == option
                    name = source.get("name", source.get("secretName"))
                    if of_option and name == entity["metadata"]["name"] and item["key"] in entity["data"]:
                        return base64.b64decode(entity["data"][item["key"]]).decode().strip()
    return None


def denied_by_default(cluster, _known):
    for workload in cluster.workloads:
        for direction in ("Ingress", "Egress"):
            if rules(cluster, workload, direction) is None:
                yield workload.entity, f"no NetworkPolicy restricts its {direction}"
    for policy in cluster.of("NetworkPolicy"):
        if not cluster.selected(policy["spec"]["podSelector"]):
            yield policy, "selects no pods"
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction) or []:
                for peer in rule.get(peers, []):
                    inside = "podSelector" in peer and "namespaceSelector" not in peer
                    if inside and not cluster.selected(peer["podSelector"]):
                        yield policy, f"{direction}: lets in or out pods that are not there"
                if not rule.get("ports"):
                    yield policy, f"{direction}: names no ports"


def needed(cluster, known):
    """({(source's name, target's name, port)}, {source's name: ports outside}, who needs names)"""
    inside, outside, names = set(), {}, set()
    for workload, container, service in our_containers(cluster):
        for host, port in addresses(cluster, workload, container, known, service):
            names.add(workload.name)
            target = cluster.named("Service", host) if host else None
            if target is None:
                outside.setdefault(workload.name, set()).add(("TCP", port))
            else:
                for found in cluster.selected(target["spec"]["selector"]):
                    inside.add((workload.name, found.name, ("TCP", port)))
    return inside, outside, names


def exactly_what_is_needed(cluster, known):
    inside, outside, names = needed(cluster, known)
    for source in cluster.workloads:
        for target in cluster.workloads:
            there = between(cluster, source, target)
            wanted = {port for a, b, port in inside if (a, b) == (source.name, target.name)}
            for port in sorted(wanted - there):
                yield source.entity, f"may not reach {target.name} on {port}, which it is told to use"
            for port in sorted(there - wanted, key=str):
                yield source.entity, f"may reach {target.name} on {port}, which it has no use for"
        there, wanted = outward(cluster, source, "ipBlock"), outside.get(source.name, set())
        for port in sorted(wanted - there):
            yield source.entity, f"may not leave the cluster on {port}, which it is told to use"
        for port in sorted(there - wanted, key=str):
            yield source.entity, f"may leave the cluster on {port}, which it has no use for"
        there, wanted = outward(cluster, source, "namespaceSelector"), DNS_PORTS if source.name in names else set()
        if there != wanted:
            yield source.entity, f"needs {sorted(wanted)} of other namespaces (names), and may reach {sorted(there, key=str)}"


def public(cluster, _known):
    for workload in cluster.workloads:
        for rule in rules(cluster, workload, "Ingress") or []:
            if "from" not in rule and numbers(rule) != {("TCP", PUBLIC[1])} or "from" not in rule and app(workload) != PUBLIC[0]:
                yield workload.entity, f"lets everybody in on {sorted(numbers(rule), key=str)}"
    gateways = [workload for workload in cluster.workloads if app(workload) == PUBLIC[0]]
    for workload in gateways:
        if not any("from" not in rule for rule in rules(cluster, workload, "Ingress") or []):
            yield workload.entity, "nobody may reach its API"


CHECKS = (denied_by_default, exactly_what_is_needed, public)
