"""Checks of what the dashboards and rules of grafana/ ask for."""

import re
import subprocess
import tempfile

import yaml

from dashboard_queries import Moment, filled
from grafana_files import variables_of

METRIC = re.compile(r"\b(?:ccc|watchtower|process)_[a-z0-9_]+")
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


def families(root):
    """Names of metrics in the services' code."""
    known = set()
    for path in [*(root / "services").rglob("*.cpp"), *(root / "common").rglob("*.cpp")]:
        known |= set(re.findall(rf'"({METRIC.pattern})"', path.read_text()))
    return known


def game_families(root):
    """Those that every replica of the exporter shows."""
    return set(re.findall(rf'"({METRIC.pattern})"', (root / "common/world_state/prometheus_text.cpp").read_text()))


def metrics(grafana):
    known, of_the_game = families(grafana.root), game_families(grafana.root)
    for query in grafana.queries():
        if query.language != "promql" or query.panel.startswith("variable "):
            continue
        where = f"{query.file}: {query.panel}: {query.ref}"
        for name in sorted(set(METRIC.findall(query.text))):
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            if name not in known and family not in known:
                yield f"{where}: no metric {name}"
            elif name in of_the_game:
                yield from doubled(where, query, name)


def doubled(where, query, name):
    """Several exporters show the same; and what changes once a minute must be looked at for some minutes."""
    for part in re.finditer(rf"([\w() ,]*?)\b{name}\b", query.text):
        if not re.search(r"(max|min) (without \(instance, pod\)|by \(world[\w, ]*\)) \((rate\(|min_over_time\()?$", part.group(1)):
            yield f"{where}: {name} is not read as max without (instance, pod): replicas would be doubled"
    if f"rate({name}" in query.text and query.min_seconds < 60:
        yield f"{where}: rate of {name} needs a min step (interval) of 1m or more"


CHECKS = [queries, metrics]
