"""Prometheus's rules and Alertmanager's configuration: what their own tools do not look at."""

import pathlib
import re

import yaml

from dashboard_contents import ADDED_LABELS, METRIC, families

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "prometheus/rules"
TESTS = ROOT / "prometheus/tests"
RUNBOOKS = ROOT / "docs/runbooks"
ALERTMANAGERS = ("prometheus/alertmanager.yml", "prometheus/alertmanager-local.yml")

SEVERITIES = ("critical", "warning", "info")
THEIR_OWN_SEVERITY = {"WatchtowerGameAlert", "WatchtowerWatchdog"}
ALWAYS_FIRES = {"WatchtowerWatchdog"}
ALERT_NAME = re.compile(r"Watchtower[A-Z][A-Za-z]+")
RECORD_NAME = re.compile(r"[a-z_]+:[a-z_]+:[a-z0-9_]+")


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules():
    """(file, rule) of all rule files."""
    for path in sorted(RULES.glob("*.yml")):
        for group in load(path)["groups"]:
            for rule in group["rules"]:
                yield str(path.relative_to(ROOT)), rule


def tested():
    """The alerts that some test makes fire, and those that some test sees not firing."""
    firing, quiet = set(), set()
    for path in TESTS.glob("*.yml"):
        for test in load(path)["tests"]:
            for expected in test.get("alert_rule_test", []):
                (firing if expected.get("exp_alerts") else quiet).add(expected["alertname"])
    return firing, quiet


def alert_offences(rule, firing, quiet):
    name = rule["alert"]
    if not ALERT_NAME.fullmatch(name):
        yield "is not named Watchtower…"
    if rule.get("labels", {}).get("severity") not in SEVERITIES and name not in THEIR_OWN_SEVERITY:
        yield f"has no severity of {', '.join(SEVERITIES)}"
    for annotation in ("summary", "description"):
        if not rule.get("annotations", {}).get(annotation):
            yield f"has no {annotation}"
    runbook = rule.get("annotations", {}).get("runbook")
    if runbook != f"docs/runbooks/{name}.md" or not (ROOT / runbook).is_file():
        yield f"has no runbook docs/runbooks/{name}.md"
    if name not in firing:
        yield "has no test in prometheus/tests that makes it fire"
    if name not in quiet | ALWAYS_FIRES:
        yield "has no test in prometheus/tests in which it does not fire"


def rule_offences():
    firing, quiet = tested()
    for path, rule in rules():
        if "record" in rule:
            if not RECORD_NAME.fullmatch(rule["record"]):
                yield f"{path}:1: {rule['record']} is not named level:metric:operations"
        else:
            yield from (f"{path}:1: {rule['alert']} {what}" for what in alert_offences(rule, firing, quiet))


def name_offences():
    """Names of alerts that no rule has: in runbooks, tests, routes and inhibition."""
    alerts = {rule["alert"] for _, rule in rules() if "alert" in rule}
    for path in sorted(RUNBOOKS.glob("*.md")):
        if path.stem not in alerts:
            yield f"{path.relative_to(ROOT)}:1: there is no alert of that name"
    for path in [*ALERTMANAGERS, *(str(path.relative_to(ROOT)) for path in sorted(TESTS.glob("*.yml")))]:
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").split("\n"), 1):
            yield from (f"{path}:{number}: there is no alert {name}"
                        for name in ALERT_NAME.findall(line) if name not in alerts)


def metric_offences():
    """Metrics and labels that no process shows, and records that no rule makes. What Prometheus and Alertmanager show of
    themselves is seen by a test with them."""
    known = families(ROOT)
    records = {rule["record"] for _, rule in rules() if "record" in rule}
    for path, rule in rules():
        where = f"{path}:1: {rule.get('alert') or rule['record']}"
        for name in sorted(set(RECORD_NAME.findall(rule["expr"])) - records):
            yield f"{where}: no rule records {name}"
        for name in sorted(set(METRIC.findall(RECORD_NAME.sub("", rule["expr"])))):
            if name not in known:
                yield f"{where}: no metric {name} in docs/metrics.md"
                continue
            for selector in re.findall(rf"\b{name}\{{([^}}]*)\}}", rule["expr"]):
                labels = set(re.findall(r"(\w+)\s*[=!]", selector)) - known[name].labels - ADDED_LABELS - {"le"}
                yield from (f"{where}: {name} has no label {label}" for label in sorted(labels))


def alertmanager_offences():
    first, second = (load(ROOT / path) for path in ALERTMANAGERS)
    for part in sorted((first.keys() | second.keys()) - {"receivers"}):
        if first.get(part) != second.get(part):
            yield f"{ALERTMANAGERS[1]}:1: {part} is not as in {ALERTMANAGERS[0]}"
    names = [sorted(receiver["name"] for receiver in config["receivers"]) for config in (first, second)]
    if names[0] != names[1]:
        yield f"{ALERTMANAGERS[1]}:1: its receivers are {names[1]}, those of {ALERTMANAGERS[0]} {names[0]}"


def offences():
    return [*rule_offences(), *name_offences(), *metric_offences(), *alertmanager_offences()]
