#!/usr/bin/env python3
"""Each check of the Kubernetes overlays finds what it is there for: the real overlays with one thing broken.

usage: kubernetes_test.py FOLDER, which has the programs and gets what is fetched."""

import copy
import pathlib
import shutil
import sys
import tempfile
import unittest

import deployment
import kubernetes
import kubernetes_schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else ROOT / "build/dev"
SERVICES = ("collector", "api-gateway", "exporter", "publisher")


def setUpModule():
    global KNOWN, RENDERED
    KNOWN = kubernetes.facts(ROOT, BUILD)
    RENDERED = {overlay: kubernetes.render(ROOT, overlay)[0] for overlay in ("dev", "prod", "monitoring")}


class Broken(unittest.TestCase):
    """`self.wrong(change)` is what the checks say of a copy of the dev overlay that `change` was called with."""
    overlays = ("dev",)

    def entities(self):
        return copy.deepcopy([entity for overlay in self.overlays for entity in RENDERED[overlay]])

    def wrong(self, change):
        entities = self.entities()
        change(lambda kind, name: next(entity for entity in entities
                                       if (entity["kind"], entity["metadata"]["name"]) == (kind, name)), entities)
        alone = [what for entity in entities for what in kubernetes.of_object(entity, KNOWN.schema)]
        return alone or list(kubernetes.of_cluster(entities, KNOWN))

    def says(self, text, change):
        wrong = self.wrong(change)
        self.assertTrue(any(text in what for what in wrong), f"nobody says '{text}': {wrong}")

    def says_of_pod(self, text, change, kind="Deployment", name="watchtower-exporter"):
        self.says(text, lambda get, _: change(get(kind, name)["spec"]["template"]["spec"]))

    def says_of_container(self, text, change, **where):
        self.says_of_pod(text, lambda pod: change(pod["containers"][0]), **where)


class Whole(Broken):
    def test_nothing_is_wrong_with_what_is_there(self):
        for self.overlays in kubernetes.TOGETHER:
            self.assertEqual(self.wrong(lambda get, entities: None), [])


class Types(Broken):
    def test_fields(self):
        self.says_of_pod("no field of V1PodSpec", lambda pod: pod.update(terminationGracePeriod=5))
        self.says_of_container("no field of V1HTTPGetAction", lambda c: c["livenessProbe"]["httpGet"].update(paht="/"))
        self.says_of_container("must be there", lambda c: c.pop("name"))
        self.says("must be there", lambda get, _: get("Deployment", "watchtower-exporter")["spec"].pop("selector"))

    def test_values(self):
        self.says("is no number", lambda get, _: get("Deployment", "watchtower-exporter")["spec"].update(replicas="2"))
        self.says_of_container("is no text", lambda c: c["env"][0].update(value=8000))
        self.says_of_pod("neither true nor false", lambda pod: pod.update(enableServiceLinks="no"))
        self.says_of_container("is none of", lambda c: c.update(imagePullPolicy="ifNotPresent"))
        self.says_of_container("is no list", lambda c: c.update(args="--help"))
        self.says_of_pod("is no object", lambda pod: pod.update(securityContext=True))
        self.says_of_container("is no quantity", lambda c: c["resources"]["limits"].update(memory="1 GB"))
        self.says_of_container("is no name of a port", lambda c: c["ports"][0].update(name="a-name-that-is-too-long"))
        self.says_of_container("exactly one of", lambda c: c["livenessProbe"].update(tcpSocket={"port": 1}))
        self.says_of_container("is there twice", lambda c: c["env"].append(c["env"][0]))
        self.says("is no label", lambda get, _: get("Secret", "watchtower-keys")["metadata"]["labels"].update(a="b c"))
        self.says("is no name", lambda get, _: get("Secret", "watchtower-keys")["metadata"].update(name="A_b"))

    def test_versions(self):
        self.says("there is no HorizontalPodAutoscaler in autoscaling/v2beta2", lambda get, _: get(
            "HorizontalPodAutoscaler", "watchtower-api-gateway").update(apiVersion="autoscaling/v2beta2"))
        self.says("there is no Deploymnet", lambda get, _: get("Deployment", "watchtower-exporter").update(
            kind="Deploymnet"))

    def test_size(self):
        self.says("is larger than", lambda get, _: get("ConfigMap", "watchtower-postgres-roles")["data"].update(
            large="x" * 300_000))

    def test_rules_are_those_of_prometheus(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(ROOT / "k8s", root / "k8s")
            shutil.copytree(ROOT / "prometheus/rules", root / "prometheus/rules")
            self.assertEqual(list(kubernetes.stale_rules(root)), [])
            (root / "prometheus/rules/more.yml").write_text("groups:\n  - name: more\n    rules: []\n")
            self.assertIn("k8s/rules.py", next(kubernetes.stale_rules(root)))

    def test_a_changed_package_is_refused(self):
        archive = BUILD / "lint" / "broken"
        archive.mkdir(parents=True, exist_ok=True)
        name = kubernetes_schema.fetch(BUILD / "lint").name
        (archive / name).write_bytes(b"something else")
        with self.assertRaises(SystemExit):
            kubernetes_schema.fetch(archive)
        self.assertFalse((archive / name).exists())


class Namespaces(Broken):
    def test_all_is_in_one_restricted_namespace(self):
        self.says("pods may be less than restricted", lambda get, _: get("Namespace", "watchtower-dev")["metadata"][
            "labels"].update({"pod-security.kubernetes.io/enforce": "baseline"}))
        self.says("lies in namespace default", lambda get, _: get("Service", "watchtower-nats")["metadata"].update(
            namespace="default"))
        self.says("exactly one Namespace", lambda get, entities: entities.remove(get("Namespace", "watchtower-dev")))
        self.says("is there twice", lambda get, entities: entities.append(get("Service", "watchtower-nats")))


class Links(Broken):
    def test_selectors(self):
        def relabel(get, _):
            get("Deployment", "watchtower-exporter")["spec"]["template"]["metadata"]["labels"][
                "app.kubernetes.io/name"] = "exportre"
        for text in ("does not select its own pods", "Service watchtower-exporter: selects the pods of 0",
                     "PodDisruptionBudget watchtower-exporter: selects the pods of 0"):
            self.says(text, relabel)
        self.says("selects other pods than its own", lambda get, _: get("Deployment", "watchtower-exporter")["spec"][
            "template"]["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"].update(x="y"))

    def test_ports(self):
        self.says("its pods have no port", lambda get, _: get("Service", "watchtower-api-gateway")["spec"]["ports"][
            0].update(targetPort="web"))
        self.says("is headless", lambda get, _: get("Service", "watchtower-exporter")["spec"]["ports"][0].update(port=80))
        self.says("there is no headless Service", lambda get, _: get("StatefulSet", "watchtower-redis")["spec"].update(
            serviceName="redis"))

    def test_what_prometheus_looks_up(self):
        self.says("looks up watchtower-api-gateway-management, port 9202", lambda get, _: get(
            "Service", "watchtower-api-gateway-management")["metadata"].update(name="watchtower-gateway"))

    def test_autoscaler(self):
        self.says("there is no Deployment", lambda get, _: get("HorizontalPodAutoscaler", "watchtower-api-gateway")[
            "spec"]["scaleTargetRef"].update(name="gateway"))
        self.says("replicas of its own", lambda get, _: get("Deployment", "watchtower-api-gateway")["spec"].update(
            replicas=2))
        self.says_of_container("no request of cpu", lambda c: c["resources"]["requests"].pop("cpu"),
                               name="watchtower-api-gateway")

    def test_names(self):
        self.says("there is no ServiceAccount", lambda get, entities: entities.remove(
            get("ServiceAccount", "watchtower-nats")))
        self.says("automountServiceAccountToken", lambda get, _: get("ServiceAccount", "watchtower-nats").update(
            automountServiceAccountToken=True))
        self.says_of_pod("there is no Secret other", lambda pod: pod["volumes"][0]["projected"]["sources"][0]["secret"].update(
            name="other"))
        self.says("has no key api-key", lambda get, _: get("Secret", "watchtower-keys")["data"].pop("api-key"))
        self.says("nobody uses it", lambda get, entities: entities.append(
            get("Secret", "watchtower-keys") | {"metadata": {"name": "other", "namespace": "watchtower-dev"}}))
        self.says_of_pod("nobody mounts", lambda pod: pod["volumes"].append({"name": "more", "emptyDir": {}}))
        self.says_of_pod("which is not there", lambda pod: pod["volumes"].pop())


class Production(Broken):
    overlays = ("prod", "monitoring")

    def test_ingress(self):
        self.says("there is no Service", lambda get, _: get("Ingress", "watchtower-api-gateway")["spec"]["rules"][0]["http"][
            "paths"][0]["backend"]["service"]["port"].update(name="web"))

    def test_secrets_from_outside(self):
        self.says_of_pod("has no key redis", lambda pod: pod["volumes"][0]["projected"]["sources"][0]["secret"][
            "items"].append({"key": "redis", "path": "redis"}))

    def test_ways_out(self):
        self.says("may not leave the cluster on ('TCP', 443)", lambda get, entities: entities.remove(
            get("NetworkPolicy", "game")))
        self.says("which it has no use for", lambda get, _: get("NetworkPolicy", "stores")["spec"]["egress"][0][
            "ports"].append({"protocol": "TCP", "port": 22}))

    def test_scraping(self):
        self.says("scrapes exporter 0 times", lambda get, _: get("ServiceMonitor", "watchtower")["spec"]["endpoints"].pop())
        self.says("scrapes collector 0 times", lambda get, _: get("ServiceMonitor", "watchtower")["spec"].update(
            jobLabel="app"))

    def test_a_type_of_the_operator(self):
        self.says("no field of ServiceMonitorSpec", lambda get, _: get("ServiceMonitor", "watchtower")["spec"].update(
            endpoint=[]))


class Pods(Broken):
    def test_restricted(self):
        for change in (
                lambda pod: pod.update(hostNetwork=True),
                lambda pod: pod.update(automountServiceAccountToken=True),
                lambda pod: pod.pop("enableServiceLinks"),
                lambda pod: pod["securityContext"].pop("runAsNonRoot"),
                lambda pod: pod["securityContext"].update(runAsUser=0),
                lambda pod: pod["securityContext"].pop("seccompProfile"),
                lambda pod: pod["volumes"][1].update(hostPath={"path": "/tmp"}) or pod["volumes"][1].pop("emptyDir"),
                lambda pod: pod["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
                lambda pod: pod["containers"][0]["securityContext"].update(readOnlyRootFilesystem=False),
                lambda pod: pod["containers"][0]["securityContext"]["capabilities"].update(add=["NET_RAW"]),
                lambda pod: pod["containers"][0]["securityContext"].update(privileged=True),
                lambda pod: pod["containers"][0]["ports"][0].update(hostPort=80)):
            self.says_of_pod("not restricted", change)

    def test_images(self):
        self.says_of_container("has no version", lambda c: c.update(image="watchtower-exporter"))
        self.says_of_container("has no version", lambda c: c.update(image="watchtower-exporter:latest"))
        self.says_of_container("the version is", lambda c: c.update(image="watchtower-exporter:9.9.9"))
        self.says_of_container("is neither a service's nor", lambda c: c.update(image="watchtower-exportre:0.1.0"))
        self.says_of_container("is neither a service's nor", lambda c: c.update(image="redis:1.2"), kind="StatefulSet",
                               name="watchtower-redis")
        self.says_of_container("must be IfNotPresent", lambda c: c.update(imagePullPolicy="Always"))

    def test_resources(self):
        self.says_of_container("resources.limits.memory", lambda c: c["resources"]["limits"].pop("memory"))

    def test_shutdown_and_rollout(self):
        self.says_of_pod("which it may need to end", lambda pod: pod.update(terminationGracePeriodSeconds=12))
        self.says_of_container("which it may need to end", lambda c: c["lifecycle"]["preStop"]["sleep"].update(seconds=20),
                               name="watchtower-api-gateway")
        self.says("maxUnavailable", lambda get, _: get("Deployment", "watchtower-exporter")["spec"]["strategy"][
            "rollingUpdate"].update(maxUnavailable=1))

    def test_probes(self):
        self.says_of_container("has no startupProbe", lambda c: c.pop("startupProbe"))
        self.says_of_container("there is no port", lambda c: c["livenessProbe"]["httpGet"].update(port="management"))
        self.says_of_container("must ask for /health", lambda c: c["livenessProbe"]["httpGet"].update(path="/ready"))
        self.assertEqual(KNOWN.programs.answers("exporter", "PORT", "/nothing"), 404)

    def test_listeners(self):
        self.says_of_container("does not listen on 9999", lambda c: c["ports"][0].update(containerPort=9999))
        self.says_of_container("for its own pod only", lambda c: c["env"].pop(0))

    def test_options(self):
        self.says_of_container("REDIS_URI is no option of exporter", lambda c: c["env"].append(
            {"name": "REDIS_URI", "value": "redis://x"}))

        def misspell(_, entities):
            settings = next(e for e in entities if e["metadata"]["name"].startswith("watchtower-settings"))
            settings["data"]["COLLECTION_INTERVAL"] = "60"
        self.says("COLLECTION_INTERVAL is no option of", misspell)

        def spoil(_, entities):
            settings = next(e for e in entities if e["metadata"]["name"].startswith("watchtower-settings"))
            settings["data"]["METRICS_COLLECTION_INTERVAL"] = "often"
        self.says("does not start with its settings: watchtower-collector: METRICS_COLLECTION_INTERVAL", spoil)
        self.says_of_container("REDIS_URL_FILE: cannot read", lambda c: next(
            v for v in c["env"] if v["name"] == "REDIS_URL_FILE").update(value="/etc/redis-url"))
        self.says_of_container("unknown option migrat", lambda c: c.update(args=["migrat"]), kind="Job",
                               name=migration_name())

    def test_migration(self):
        self.says("does not end with the version", lambda get, _: get("Job", migration_name())["metadata"].update(
            name="watchtower-migration"))
        self.says_of_container("whose name changes", lambda c: c.update(envFrom=[{"configMapRef": {"name": "x"}}]),
                               kind="Job", name=migration_name())


class Network(Broken):
    def test_default_deny(self):
        self.says("no NetworkPolicy restricts its", lambda get, _: get("NetworkPolicy", "default-deny")["spec"].update(
            podSelector={"matchLabels": {"app.kubernetes.io/name": "collector"}}))

    def test_what_is_needed_and_no_more(self):
        self.says("may not reach watchtower-redis", lambda get, entities: entities.remove(get("NetworkPolicy", "redis")))
        self.says("may not reach watchtower-ccc-simulator", lambda get, entities: entities.remove(
            get("NetworkPolicy", "game")))
        self.says("(names)", lambda get, _: get("NetworkPolicy", "names")["spec"]["podSelector"]["matchExpressions"][0][
            "values"].remove("publisher"))
        self.says("which it has no use for", self.open_the_simulator)
        self.says("lets in or out pods that are not there", lambda get, _: get("NetworkPolicy", "game")["spec"]["egress"][0][
            "to"].append({"podSelector": {"matchLabels": {"app.kubernetes.io/name": "simulator"}}}))
        self.says("names no ports", lambda get, _: get("NetworkPolicy", "game")["spec"]["egress"][0].pop("ports"))

    @staticmethod
    def open_the_simulator(get, _):
        get("NetworkPolicy", "ccc-simulator")["spec"]["ingress"][0].pop("from")
        get("NetworkPolicy", "game")["spec"]["podSelector"] = {"matchLabels": {"app.kubernetes.io/part-of": "watchtower"}}

    def test_only_the_api_is_for_everybody(self):
        self.says("lets everybody in", lambda get, _: get("NetworkPolicy", "postgres")["spec"]["ingress"][0].pop("from"))
        self.says("nobody may reach its API", lambda get, entities: entities.remove(get("NetworkPolicy", "api")))


class Services(unittest.TestCase):
    def test_all_are_asked(self):
        for service in SERVICES:
            self.assertIn("LOG_LEVEL", KNOWN.programs.options(service))
            self.assertIn("DATABASE_URL_FILE", KNOWN.programs.options(service))
        with self.assertRaises((SystemExit, OSError)):
            deployment.Programs(pathlib.Path("/nowhere")).options("collector")


def migration_name():
    return "watchtower-migration-" + KNOWN.version.replace(".", "-")


if __name__ == "__main__":
    unittest.main()
