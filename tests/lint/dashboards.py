"""Checks of grafana/: what breaks a dashboard in practice, and what Grafana would only tell when somebody looks.

Each check gets a Grafana and yields "file: panel: what is wrong".
"""

import re
from itertools import combinations

import dashboard_contents
import grafana_provisioning
from dashboard_queries import panels_of
from grafana_files import GRAFANA, UID, Grafana, repeated, variables_of

BUILT_IN = {("grafana", "-- Grafana --")}
SCHEMA_VERSION = 39
COLUMNS = 24
PANEL_TYPES = {"barchart", "bargauge", "gauge", "heatmap", "histogram", "piechart", "row", "stat", "state-timeline",
               "status-history", "table", "text", "timeseries"}
SHOWS_NO_DATA = {"row", "text"}
UNITS = {"none", "short", "locale", "percentunit", "percent", "s", "ms", "bytes", "reqps", "dateTimeAsIso", "dateTimeFromNow"}
CUSTOM_UNIT = re.compile(r"(suffix|prefix|time|count):.+")
REF = re.compile(r"[A-Z][A-Za-z]*")
DASHBOARD_LINK = re.compile(r"/d/([A-Za-z0-9_-]+)")
LINK_VARIABLE = re.compile(r"\$\{(\w+):queryparam\}|var-(\w+)=")


def heads(grafana):
    for uid in repeated(dashboard.get("uid") for dashboard in grafana.dashboards.values()):
        yield f"dashboard uid {uid} twice"
    for file, dashboard in grafana.dashboards.items():
        if not UID.fullmatch(dashboard.get("uid") or ""):
            yield f"{file}: uid must be 1 to 40 of A-Z a-z 0-9 _ -"
        for member in ("title", "description", "tags", "time", "refresh"):
            if not dashboard.get(member):
                yield f"{file}: no {member}"
        if dashboard.get("id") is not None:
            yield f"{file}: id is of one Grafana only"
        if dashboard.get("schemaVersion") != SCHEMA_VERSION:
            yield f"{file}: schemaVersion is not {SCHEMA_VERSION}"
        if "world" not in variables_of(dashboard):
            yield f"{file}: no variable world"


def ids(grafana):
    for file, dashboard in grafana.dashboards.items():
        panels = list(panels_of(dashboard))
        for number in repeated(panel.get("id") for panel in panels):
            yield f"{file}: panel id {number} twice"
        for panel in panels:
            where = f"{file}: {panel.get('title', 'no title')}"
            if not isinstance(panel.get("id"), int) or panel["id"] < 1:
                yield f"{where}: no id"
            for ref in repeated(target.get("refId") for target in panel.get("targets", [])):
                yield f"{where}: refId {ref} twice"


def panel_types(grafana):
    for _, where, panel in grafana.panels():
        if panel.get("type") not in PANEL_TYPES:
            yield f"{where}: panel type {panel.get('type')} is obsolete or unknown"


def places(grafana):
    for file, dashboard in grafana.dashboards.items():
        cells = []
        for panel in dashboard.get("panels", []):
            where, place = f"{file}: {panel.get('title', 'no title')}", panel.get("gridPos")
            if not place or min(place["x"], place["y"]) < 0 or min(place["w"], place["h"]) < 1 \
                    or place["x"] + place["w"] > COLUMNS:
                yield f"{where}: gridPos is not within {COLUMNS} columns"
            else:
                cells.append((where, place))
        for (where, one), (other, two) in combinations(cells, 2):
            if one["x"] < two["x"] + two["w"] and two["x"] < one["x"] + one["w"] and \
                    one["y"] < two["y"] + two["h"] and two["y"] < one["y"] + one["h"]:
                yield f"{where}: overlaps {other.split(': ', 1)[1]}"


def words(grafana):
    for _, where, panel in grafana.panels():
        for member in ("title", "description"):
            if not panel.get(member):
                yield f"{where}: no {member}"
        if panel.get("type") in SHOWS_NO_DATA:
            continue
        defaults = panel.get("fieldConfig", {}).get("defaults", {})
        units = [defaults.get("unit")] + [
            prop.get("value") for override in panel.get("fieldConfig", {}).get("overrides", [])
            for prop in override["properties"] if prop["id"] == "unit"]
        for unit in units:
            if unit not in UNITS and not CUSTOM_UNIT.fullmatch(unit or ""):
                yield f"{where}: no unit" if unit is None else f"{where}: unknown unit {unit}"


def sources(grafana):
    known = {(kind, uid) for uid, kind in grafana.types.items()} | BUILT_IN

    def unknown(holder):
        source = holder.get("datasource") or {}
        return (source.get("type"), source.get("uid")) not in known

    for file, dashboard in grafana.dashboards.items():
        for variable in dashboard.get("templating", {}).get("list", []):
            if variable.get("type") == "query" and unknown(variable):
                yield f"{file}: variable {variable['name']}: unknown data source"
        for annotation in dashboard.get("annotations", {}).get("list", []):
            if unknown(annotation):
                yield f"{file}: annotation {annotation['name']}: unknown data source"
    for _, where, panel in grafana.panels():
        if panel.get("type") in SHOWS_NO_DATA:
            continue
        if not panel.get("targets"):
            yield f"{where}: no targets"
        for target in [panel, *panel.get("targets", [])]:
            if unknown(target):
                yield f"{where}: {target.get('refId', 'panel')}: unknown data source"
        for target in panel.get("targets", []):
            if not REF.fullmatch(target.get("refId") or ""):
                yield f"{where}: a target without refId"


def links(grafana):
    for file, dashboard in grafana.dashboards.items():
        everything = [("dashboard", link) for link in dashboard.get("links", [])]
        for panel in panels_of(dashboard):
            title = panel.get("title", "no title")
            everything += [(title, link) for link in panel.get("links", [])]
            for override in panel.get("fieldConfig", {}).get("overrides", []):
                everything += [(title, link) for prop in override["properties"] if prop["id"] == "links"
                               for link in prop["value"]]
        for title, link in everything:
            yield from (f"{file}: {title}: link {link.get('title', '')}: {what}" for what in broken(grafana, file, link))


def broken(grafana, file, link):
    if link.get("type") == "dashboards":
        wanted = set(link.get("tags", []))
        if not any(wanted <= set(dashboard.get("tags", [])) for other, dashboard in grafana.dashboards.items() if other != file):
            yield f"no other dashboard has the tags {sorted(wanted)}"
        return
    found = DASHBOARD_LINK.match(link.get("url", ""))
    if not found or found.group(1) not in grafana.uids:
        yield f"{link.get('url')} is no dashboard of ours"
        return
    for here, there in LINK_VARIABLE.findall(link["url"]):
        if here and here not in variables_of(grafana.dashboards[file]):
            yield f"no variable {here} here"
        if (there or here) not in variables_of(grafana.dashboards[grafana.uids[found.group(1)]]):
            yield f"no variable {there or here} there"


CHECKS = [heads, ids, panel_types, places, words, sources, links, *dashboard_contents.CHECKS, *grafana_provisioning.CHECKS]


def offences(root):
    """Of all that lies in grafana/."""
    grafana = Grafana(root)
    return [f"{GRAFANA}/{offence}" for check in CHECKS for offence in check(grafana)]
