"""Checks of what the dashboards and rules of grafana/ ask for."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass

import yaml

from dashboard_queries import Moment, filled
from grafana_files import variables_of

METRICS = "docs/metrics.md"
METRIC = re.compile(r"\b(?:(?:ccc|watchtower|process)_[a-z0-9_]+|ALERTS)\b")
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|[^|]*\| ([^|]*) \|[^|]*\| ([^|]*) \|$", re.MULTILINE)
GROUPING = re.compile(r"\b(?:by|on) \(([^)]*)\)")
ALIAS = re.compile(r'\bas "([^"]+)"')
LINKED_COLUMN = re.compile(r"\$\{__data\.fields\.(\w+)")
ADDED_LABELS = {"job", "instance", "pod"}  # by Prometheus
ONE_OF_THE_REPLICAS = re.compile(
    r"(max|min) (without \(instance, pod\)|by \(world[\w, ]*\)) \((rate\(|min_over_time\()?$")
# What a query is given for promtool to look at.
ANYTHING = {"world": ["a", "b"], "job": ["c"]}


def queries(grafana):
    """That each has a text, knows its variables and macros, and is PromQL where it should be."""
    promql = []
    for query in grafana.queries():
        where = f"{query.file}: {query.panel}: {query.ref}"
        if not query.text.strip():
            yield f"{where}: no query"
            continue
        dashboard = grafana.dashboards.get(query.file)
        known = {name: ANYTHING.get(name, "x") for name in variables_of(dashboard)} if dashboard else {}
        if re.search(r"\bin \(\$", query.text):
            yield f"{where}: in () is no SQL before there is a world: = any (array[…]::text[])"
        try:
            text = filled(query, Moment(known))
        except (ValueError, IndexError, KeyError, TypeError) as error:
            yield f"{where}: {error}"
            continue
        if query.language == "promql":
            promql.append((where, text))
    yield from unparsable(promql)


def unparsable(promql):
    """What promtool says of expressions, given to it as recording rules."""
    rules = [{"record": f"expression_{number}", "expr": text} for number, (_, text) in enumerate(promql)]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}, file)
        file.flush()
        done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        output = done.stdout + done.stderr
        numbers = sorted({int(number) for number in re.findall(r"expression_(\d+)", output)})
        for number in numbers:
            said = re.search(rf'.*"expression_{number}".*?: (.*parse error.*|.*)', output)
            yield f"{promql[number][0]}: promtool: {said.group(1) if said else 'not PromQL'}: {promql[number][1]}"
        if not numbers:
            yield f"promtool: {output.strip()}"


@dataclass
class Family:
    """A row of docs/metrics.md; `shared`: every exporter shows the same numbers."""
    histogram: bool
    labels: set
    shared: bool


def families(root):
    """By the names of their series."""
    known = {"ALERTS": Family(False, {"alertname", "alertstate", "severity", "world", *ADDED_LABELS}, False)}
    for name, kind, labels, processes in ROW.findall((root / METRICS).read_text()):
        family = Family(kind == "histogram", set(labels.split(", ")) | ADDED_LABELS, processes == "exporter" and "world" in labels)
        for suffix in ("_bucket", "_sum", "_count") if family.histogram else ("",):
            known[name + suffix] = family
    return known


def metrics(grafana):
    """That the metrics and labels that queries name are there."""
    known = families(grafana.root)
    for query in grafana.queries():
        if query.language != "promql" or query.panel.startswith("variable "):
            continue
        where = f"{query.file}: {query.panel}: {query.ref}"
        names = set(METRIC.findall(query.text))
        yield from (f"{where}: no metric {name} in {METRICS}" for name in sorted(names - known.keys()))
        here = {name: known[name] for name in sorted(names & known.keys())}
        labels = set().union(ADDED_LABELS, {"le"}, *(family.labels for family in here.values()))
        for wanted in GROUPING.findall(query.text):
            yield from (f"{where}: no label {label}" for label in sorted(set(re.findall(r"\w+", wanted)) - labels))
        for name, family in here.items():
            for selector in re.findall(rf"\b{name}\{{([^}}]*)\}}", query.text):
                selected = set(re.findall(r"(\w+)\s*[=!]", selector))
                yield from (f"{where}: {name} has no label {label}" for label in sorted(selected - family.labels))
            if family.shared:
                yield from doubled(where, query, name)


def doubled(where, query, name):
    """Several exporters show the same; and what changes once a minute must be looked at for some minutes."""
    for before in re.findall(rf"([^+*/]*)\b{name}\b", query.text):
        if not ONE_OF_THE_REPLICAS.search(before):
            yield f"{where}: {name} is not read as max without (instance, pod): replicas would be doubled"
    if f"rate({name}" in query.text and query.min_seconds < 60:
        yield f"{where}: rate of {name} needs a min step (interval) of 1m or more"


def columns(grafana):
    """That overrides and links of a table name columns that it has: aliases in SQL, labels of series, and what they are
    renamed to."""
    for _, where, panel in grafana.panels():
        if panel.get("type") != "table":
            continue
        known, renamed = {"Time", "Value"}, {}
        for target in panel.get("targets", []):
            known |= {f"Value #{target.get('refId')}"} | set(ALIAS.findall(target.get("rawSql", "")))
            for wanted in GROUPING.findall(target.get("expr", "")):
                known |= set(re.findall(r"\w+", wanted))
        for step in panel.get("transformations", []):
            renamed.update(step.get("options", {}).get("renameByName", {}))
        yield from (f"{where}: no column {name} to rename" for name in sorted(renamed.keys() - known))
        known = {renamed.get(name, name) for name in known}
        for override in panel["fieldConfig"]["overrides"]:
            name = override["matcher"]["options"]
            if override["matcher"]["id"] == "byName" and name not in known:
                yield f"{where}: no column {name} to override"
            for wanted in LINKED_COLUMN.findall(json.dumps(override["properties"])):
                if wanted not in known:
                    yield f"{where}: no column {wanted} to link with"


CHECKS = [queries, metrics, columns]
