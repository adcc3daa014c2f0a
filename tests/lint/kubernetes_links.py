"""What one object names in another: selectors, ports, claims, secrets. Each check gives (object, what is wrong)."""


def pod_ports(workload):
    """{name: number} of all containers."""
    return {port["name"]: port["containerPort"]
            for container in workload.containers for port in container.get("ports", []) if "name" in port}


def selectors(cluster, _known):
    for workload in cluster.workloads:
        selector = workload.entity["spec"].get("selector")
        if selector is not None and workload not in cluster.selected(selector):
            yield workload.entity, "its selector does not select its own pods"
        if selector is not None and len(cluster.selected(selector)) > 1:
            yield workload.entity, "its selector selects the pods of others, too"
    for entity in cluster.of("PodDisruptionBudget"):
        found = cluster.selected(entity["spec"]["selector"])
        if len(found) != 1:
            yield entity, f"selects the pods of {len(found)} workloads, not of one"
    for workload in cluster.workloads:
        for term in spread_selectors(workload.pod):
            if cluster.selected(term) != [workload]:
                yield workload.entity, "its affinity or spread selects other pods than its own"


def spread_selectors(pod):
    for rule in pod.get("topologySpreadConstraints", []):
        yield rule["labelSelector"]
    anti = pod.get("affinity", {}).get("podAntiAffinity", {})
    for preferred in anti.get("preferredDuringSchedulingIgnoredDuringExecution", []):
        yield preferred["podAffinityTerm"]["labelSelector"]


def services(cluster, _known):
    for entity in cluster.of("Service"):
        found = cluster.selected(entity["spec"]["selector"])
        if len(found) != 1:
            yield entity, f"selects the pods of {len(found)} workloads, not of one"
            continue
        ports = pod_ports(found[0])
        for port in entity["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            if target not in ports and target not in ports.values():
                yield entity, f"port {port.get('name')}: its pods have no port {target}"
            headless = entity["spec"].get("clusterIP") == "None"
            if headless and ports.get(target, target) != port["port"]:
                yield entity, f"port {port.get('name')}: is headless, so that its pods' own {target} counts"
    for entity in cluster.of("StatefulSet"):
        service = cluster.named("Service", entity["spec"]["serviceName"])
        if service is None or service["spec"].get("clusterIP") != "None":
            yield entity, f"there is no headless Service {entity['spec']['serviceName']}"


def ingresses(cluster, _known):
    for entity in cluster.of("Ingress"):
        for rule in entity["spec"].get("rules", []):
            for path in rule["http"]["paths"]:
                wanted = path["backend"]["service"]
                service = cluster.named("Service", wanted["name"])
                ports = [] if service is None else service["spec"]["ports"]
                by_name = {port.get("name") for port in ports} | {port["port"] for port in ports}
                if not set(wanted["port"].values()) <= by_name:
                    yield entity, f"there is no Service {wanted['name']} with the port {wanted['port']}"


def autoscalers(cluster, _known):
    for entity in cluster.of("HorizontalPodAutoscaler"):
        target = entity["spec"]["scaleTargetRef"]
        found = cluster.named(target["kind"], target["name"])
        if found is None or found["apiVersion"] != target["apiVersion"]:
            yield entity, f"there is no {target['kind']} {target['name']} in {target['apiVersion']}"
            continue
        if "replicas" in found["spec"]:
            yield entity, f"{target['name']} has replicas of its own, which each apply sets again"
        for metric in entity["spec"].get("metrics", []):
            for container in found["spec"]["template"]["spec"]["containers"]:
                if metric["resource"]["name"] not in container.get("resources", {}).get("requests", {}):
                    yield entity, f"{container['name']} has no request of {metric['resource']['name']} to compare with"


def accounts(cluster, _known):
    for workload in cluster.workloads:
        account = cluster.named("ServiceAccount", workload.pod.get("serviceAccountName"))
        if account is None:
            yield workload.entity, f"there is no ServiceAccount {workload.pod.get('serviceAccountName')}"
        elif account.get("automountServiceAccountToken") is not False:
            yield account, "automountServiceAccountToken: must be false"


def used_keys(cluster):
    """(workload, kind, name, key or None) of each ConfigMap and Secret that a pod uses."""
    for workload in cluster.workloads:
        for container in workload.containers:
            for source in container.get("envFrom", []):
                if "configMapRef" in source:
                    yield workload, "ConfigMap", source["configMapRef"]["name"], None
                if "secretRef" in source:
                    yield workload, "Secret", source["secretRef"]["name"], None
            for variable in container.get("env", []):
                for kind, ref in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                    if ref in variable.get("valueFrom", {}):
                        yield workload, kind, variable["valueFrom"][ref]["name"], variable["valueFrom"][ref]["key"]
        for volume in workload.pod.get("volumes", []):
            for kind, source in volume_sources(volume):
                name = source.get("secretName", source.get("name"))
                for key in [item["key"] for item in source.get("items", [])] or [None]:
                    yield workload, kind, name, key


def volume_sources(volume):
    """(kind, source) of the ConfigMaps and Secrets in a volume."""
    for source in [volume, *volume.get("projected", {}).get("sources", [])]:
        if "secret" in source:
            yield "Secret", source["secret"]
        if "configMap" in source:
            yield "ConfigMap", source["configMap"]


def keys_of(cluster, known, kind, name):
    """The keys that a ConfigMap or Secret has; None when there is none of that name."""
    found = cluster.named(kind, name)
    if found is not None:
        return set(found.get("data") or {}) | set(found.get("stringData") or {})
    return known.outside_secrets.get(name) if kind == "Secret" else None


def references(cluster, known):
    used = set()
    for workload, kind, name, key in used_keys(cluster):
        used.add((kind, name))
        keys = keys_of(cluster, known, kind, name)
        if keys is None:
            yield workload.entity, f"there is no {kind} {name}"
        elif key is not None and key not in keys:
            yield workload.entity, f"{kind} {name} has no key {key}"
    for kind in ("ConfigMap", "Secret"):
        for entity in cluster.of(kind):
            dashboard = "grafana_dashboard" in entity["metadata"].get("labels", {})
            if (kind, entity["metadata"]["name"]) not in used and not dashboard:
                yield entity, "nobody uses it"


def mounts(cluster, _known):
    for workload in cluster.workloads:
        claims = workload.entity["spec"].get("volumeClaimTemplates", [])
        there = {volume["name"] for volume in workload.pod.get("volumes", [])} | {
            claim["metadata"]["name"] for claim in claims}
        mounted = {mount["name"] for container in workload.containers for mount in container.get("volumeMounts", [])}
        for name in sorted(mounted - there):
            yield workload.entity, f"mounts the volume {name}, which is not there"
        for name in sorted(there - mounted):
            yield workload.entity, f"nobody mounts its volume {name}"


def scraped(cluster, _known):
    """Each service is scraped once, under its own name as job."""
    jobs = []
    for entity in cluster.of("ServiceMonitor"):
        for service in cluster.of("Service"):
            labels = service["metadata"].get("labels", {})
            if not selects_labels(entity["spec"]["selector"], labels):
                continue
            ports = {port.get("name") for port in service["spec"]["ports"]}
            for endpoint in entity["spec"]["endpoints"]:
                if endpoint["port"] in ports:
                    jobs.append(labels.get(entity["spec"].get("jobLabel")))
        for job in ("collector", "api-gateway", "exporter", "publisher"):
            if jobs.count(job) != 1:
                yield entity, f"scrapes {job} {jobs.count(job)} times"


def looked_up(cluster, known):
    """Prometheus without the operator finds all pods by the names of headless services."""
    if not known.targets:
        yield cluster.entities[0], "prometheus/kubernetes.yml looks up nothing: did its form change?"
    for name, port in sorted(known.targets):
        service = cluster.named("Service", name)
        if service is None or service["spec"].get("clusterIP") != "None" or port not in [
                one["port"] for one in service["spec"]["ports"]]:
            yield cluster.entities[0], f"prometheus/kubernetes.yml looks up {name}, port {port}, which is no headless Service"


def selects_labels(selector, labels):
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


CHECKS = (selectors, services, ingresses, autoscalers, accounts, references, mounts, scraped, looked_up)
