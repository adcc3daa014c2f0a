"""The files of grafana/ as the checks see them."""

import json
import pathlib
import re

import yaml

from dashboard_queries import of_dashboard, of_rules, panels_of

GRAFANA = "grafana"
DASHBOARDS = f"{GRAFANA}/dashboards"
DATASOURCES = f"{GRAFANA}/provisioning/datasources/watchtower.yml"
ALERTING = f"{GRAFANA}/provisioning/alerting"
UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Grafana:
    """The files as they are in `root`; what cannot be read is left out, as the check of syntax tells it."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.dashboards = {path.name: json.loads(path.read_text())
                           for path in sorted((self.root / DASHBOARDS).glob("*.json"))}
        self.datasources = yaml.safe_load((self.root / DATASOURCES).read_text())["datasources"]
        self.types = {source["uid"]: source["type"] for source in self.datasources}
        self.uids = {dashboard.get("uid"): file for file, dashboard in self.dashboards.items()}
        self.alerting = {path.name: yaml.safe_load(path.read_text())
                         for path in sorted((self.root / ALERTING).glob("*.yml"))}

    def panels(self):
        """(file, "file: title", panel) of all that are no rows."""
        for file, dashboard in self.dashboards.items():
            for panel in panels_of(dashboard):
                if panel.get("type") != "row":
                    yield file, f"{file}: {panel.get('title', 'no title')}", panel

    def queries(self):
        for file, dashboard in self.dashboards.items():
            yield from of_dashboard(file, dashboard)
        for file, content in self.alerting.items():
            yield from of_rules(file, content, self.types)

    def rules(self):
        for file, content in self.alerting.items():
            for group in content.get("groups", []):
                for rule in group.get("rules", []):
                    yield f"{file}: {rule.get('title', 'no title')}", rule


def variables_of(dashboard):
    return {variable["name"] for variable in dashboard.get("templating", {}).get("list", [])}


def repeated(values):
    values = list(values)
    return sorted({str(value) for value in values if values.count(value) > 1})
