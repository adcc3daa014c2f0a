#!/usr/bin/env python3
"""The queries of grafana/, with Grafana's variables and macros filled in as Grafana 11 does it.

As a program: prints all of them as a JSON list of {"file", "panel", "ref", "language": promql | sql, "instant", "step",
"text"}. Its argument is a JSON object: "variables" {name: text or list of texts}, "from" and "to" in epoch seconds, "file" for the queries of one file only.
"""

import json
import math
import pathlib
import re
import sys
from dataclasses import dataclass, field
from datetime import datetime, timezone

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMETHEUS = "prometheus"
POSTGRESQL = "grafana-postgresql-datasource"
LABEL_VALUES = re.compile(r"label_values\((.+),\s*(\w+)\)")
# $name, ${name} and ${name:format}; a name that begins with two underscores is Grafana's own.
VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::(\w+))?\})")
SQL_MACRO = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")
SCRAPE_SECONDS = 15  # timeInterval of the data source
PANEL_POINTS = 1000  # what a panel of some width asks for
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass
class Query:
    """`text` as it stands in the file; `min_seconds`: the shortest step that its panel or itself asks for; `range_seconds`:
    a time range of the panel's own, which ends where the dashboard's does."""
    file: str
    panel: str
    ref: str
    language: str
    text: str
    instant: bool = False
    min_seconds: int = 0
    range_seconds: int = 0


@dataclass
class Moment:
    """What a dashboard shows: the values of its variables, and the time range in epoch seconds."""
    variables: dict = field(default_factory=dict)
    start: float = 0
    end: float = 21600


def seconds(text):
    """Of "30s", "1m", "30d"."""
    return int(text[:-1]) * UNIT_SECONDS[text[-1]]


def duration(value):
    """As Grafana writes an interval."""
    for unit in "dhm":
        if value >= UNIT_SECONDS[unit] and value % UNIT_SECONDS[unit] == 0:
            return f"{value // UNIT_SECONDS[unit]}{unit}"
    return f"{value}s"


def language_of(datasource):
    return {PROMETHEUS: "promql", POSTGRESQL: "sql"}.get((datasource or {}).get("type"))


def of_target(file, panel, target, least="", own_range=""):
    language = language_of(target.get("datasource"))
    text = target.get("expr") if language == "promql" else target.get("rawSql")
    return Query(file, panel, target.get("refId", ""), language, text or "", bool(target.get("instant")),
                 seconds(target.get("interval") or least or "0s"), seconds(own_range or "0s"))


def of_variable(file, variable):
    """Of label_values(expression, label) the expression, as the label of its series is what Grafana asks for."""
    where = f"variable {variable['name']}"
    language = language_of(variable.get("datasource"))
    text = variable.get("query", "")
    if isinstance(text, dict):
        text = text.get("query", "")
    matched = LABEL_VALUES.fullmatch(text)
    if language == "promql" and matched:
        text = f"count by ({matched.group(2)}) ({matched.group(1)})"
    return Query(file, where, "", language, text, instant=True)


def panels_of(dashboard):
    """All panels, those of collapsed rows too."""
    for panel in dashboard.get("panels", []):
        yield panel
        yield from panel.get("panels", [])


def of_dashboard(file, dashboard):
    for variable in dashboard.get("templating", {}).get("list", []):
        if variable.get("type") == "query":
            yield of_variable(file, variable)
    for annotation in dashboard.get("annotations", {}).get("list", []):
        if "target" in annotation:
            target = {"datasource": annotation.get("datasource"), **annotation["target"]}
            yield of_target(file, f"annotation {annotation.get('name', '')}", target)
    for panel in panels_of(dashboard):
        for target in panel.get("targets", []):
            yield of_target(file, panel.get("title", ""), target, panel.get("interval"), panel.get("timeFrom"))


def of_rules(file, rules, datasources):
    """`datasources`: type by uid."""
    for group in rules.get("groups", []):
        for rule in group.get("rules", []):
            for part in rule.get("data", []):
                kind = datasources.get(part.get("datasourceUid"))
                if kind is not None:
                    target = {**part["model"], "datasource": {"type": kind}, "instant": True}
                    yield of_target(file, f"rule {rule.get('title', '')}", target)


def texts(value):
    return value if isinstance(value, list) else [value]


def for_promql(value):
    """Inside of a quoted regular expression: each character that means something there has two backslashes."""
    quoted = [re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", text.replace("\\", "\\\\\\\\")) for text in texts(value)]
    return quoted[0] if len(quoted) == 1 else "(" + "|".join(quoted) + ")"


def for_sql(value, style):
    if style == "sqlstring":
        return ",".join("'" + text.replace("'", "''") + "'" for text in texts(value))
    return ",".join(texts(value))


def step_of(query, moment):
    """Seconds: a whole panel, but not shorter than it wants."""
    least = query.min_seconds or (SCRAPE_SECONDS if query.language == "promql" else 1)
    return max(least, math.ceil((moment.end - moment.start) / PANEL_POINTS))


def own_variables(query, moment):
    """Those that Grafana has for every query."""
    step = step_of(query, moment)
    scrape = query.min_seconds or SCRAPE_SECONDS
    length = round(moment.end - moment.start)
    return {"__interval": duration(step), "__interval_ms": str(step * 1000),
            "__rate_interval": duration(max(step + scrape, 4 * scrape)),
            "__range": f"{length}s", "__range_s": str(length), "__range_ms": str(length * 1000)}


def rfc3339(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def time_group(column, interval):
    length = seconds(interval.strip("'"))
    return f"floor(extract(epoch from {column})/{length})*{length}"


def sql_macro(name, arguments, followed_by, moment):
    start, end = f"'{rfc3339(moment.start)}'", f"'{rfc3339(moment.end)}'"
    if name == "__timeFilter":
        return f"{arguments[0]} BETWEEN {start} AND {end}"
    if name == "__timeFrom":
        return start
    if name == "__timeTo":
        return end
    if name == "__time":
        return f'{arguments[0]} AS "time"'
    if name == "__timeGroup":  # before a comma it is a column and gets its name
        return time_group(*arguments[:2]) + (' AS "time"' if followed_by == "," else "")
    if name == "__timeGroupAlias":
        return time_group(*arguments[:2]) + ' AS "time"'
    raise ValueError(f"unknown macro ${name}")


def filled(query, moment):
    """The text that reaches the server. ValueError names a variable or macro that there is none of."""
    if query.range_seconds:
        moment = Moment(moment.variables, moment.end - query.range_seconds, moment.end)
    own = own_variables(query, moment)

    def variable(match):
        name, style = match.group(1) or match.group(2), match.group(3)
        if name in own:
            return own[name]
        if name in moment.variables:
            value = moment.variables[name]
            return for_promql(value) if query.language == "promql" else for_sql(value, style)
        if query.language == "sql" and name.startswith("__"):
            return match.group()  # a macro, which the server side knows
        raise ValueError(f"unknown variable ${name}")

    text = VARIABLE.sub(variable, query.text)
    if query.language == "sql":
        text = SQL_MACRO.sub(lambda match: sql_macro(match.group(1), [part.strip(" ") for part in match.group(2).split(",")],
                                                     match.string[match.end():match.end() + 1], moment), text)
    return text


def all_queries(root=ROOT):
    """Of all dashboards and alert rules."""
    folder = root / "grafana"
    sources = yaml.safe_load((folder / "provisioning/datasources/watchtower.yml").read_text())["datasources"]
    kinds = {source["uid"]: source["type"] for source in sources}
    for path in sorted(folder.glob("dashboards/*.json")):
        yield from of_dashboard(path.name, json.loads(path.read_text()))
    rules = folder / "provisioning/alerting/rules.yml"
    yield from of_rules(rules.name, yaml.safe_load(rules.read_text()), kinds)


def main():
    given = json.loads(sys.argv[1])
    moment = Moment(given["variables"], given["from"], given["to"])
    json.dump([{"file": query.file, "panel": query.panel, "ref": query.ref, "language": query.language,
                "instant": query.instant, "step": step_of(query, moment), "text": filled(query, moment)}
               for query in all_queries() if given.get("file") in (None, "", query.file)], sys.stdout)


if __name__ == "__main__":
    main()
