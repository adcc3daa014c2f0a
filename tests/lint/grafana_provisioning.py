"""Checks of grafana/provisioning/: data sources, contact points and alert rules."""

import json
import re

from dashboard_queries import panels_of
from grafana_files import UID, repeated

EXPRESSIONS = "__expr__"


def provisioning(grafana):
    for uid in repeated(source["uid"] for source in grafana.datasources):
        yield f"data source uid {uid} twice"
    for source in grafana.datasources:
        for name, secret in source.get("secureJsonData", {}).items():
            if not re.fullmatch(r"\$__(file|env)\{[^}]+\}|\$\{[A-Z_]+\}", secret):
                yield f"data source {source['name']}: {name} stands in the file"
    points = {point["name"] for content in grafana.alerting.values() for point in content.get("contactPoints", [])}
    for content in grafana.alerting.values():
        for policy in content.get("policies", []):
            if policy["receiver"] not in points:
                yield f"no contact point {policy['receiver']}"


def alert_rules(grafana):
    for uid in repeated(rule.get("uid") for _, rule in grafana.rules()):
        yield f"alert rule uid {uid} twice"
    for where, rule in grafana.rules():
        if not UID.fullmatch(rule.get("uid") or ""):
            yield f"{where}: uid must be 1 to 40 of A-Z a-z 0-9 _ -"
        if "$" in json.dumps(rule):
            yield f"{where}: Grafana takes a $ for a variable of its environment"
        if rule.get("condition") not in {part.get("refId") for part in rule["data"]}:
            yield f"{where}: condition {rule.get('condition')} is no refId"
        for part in rule["data"]:
            if part.get("datasourceUid") not in {*grafana.types, EXPRESSIONS}:
                yield f"{where}: {part.get('refId')}: unknown data source"
        notes = rule.get("annotations", {})
        for name in ("summary", "description", "runbook"):
            if not notes.get(name):
                yield f"{where}: no {name}"
        if "severity" not in rule.get("labels", {}):
            yield f"{where}: no severity"
        yield from (f"{where}: {what}" for what in dangling(grafana, notes))


def dangling(grafana, notes):
    file, _, anchor = notes.get("runbook", "").partition("#")
    page = grafana.root / file
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE) if page.is_file() else []
    if anchor not in {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}:
        yield f"no runbook {notes.get('runbook')}"
    dashboard = grafana.dashboards.get(grafana.uids.get(notes.get("__dashboardUid__")), {})
    if notes.get("__panelId__") not in {str(panel["id"]) for panel in panels_of(dashboard)}:
        yield f"no panel {notes.get('__panelId__')} in {notes.get('__dashboardUid__')}"


CHECKS = [provisioning, alert_rules]
