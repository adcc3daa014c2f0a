#!/usr/bin/env python3
"""The dashboards as they are pass all checks; each way to break one is refused. And: queries are filled in as Grafana does."""

import copy
import pathlib
import re
import unittest

import dashboards
from dashboard_queries import Moment, Query, filled
from grafana_files import Grafana

ROOT = pathlib.Path(__file__).resolve().parents[2]
INTACT = Grafana(ROOT)


def offences(grafana):
    return [offence for check in dashboards.CHECKS for offence in check(grafana)]


class Broken:
    """A copy to break: `board` is the gameplay dashboard, `panel` its third panel, `target` the panel's query, `table` one of players."""

    def __init__(self):
        self.grafana = copy.deepcopy(INTACT)
        self.board = self.grafana.dashboards["gameplay.json"]
        self.panel = self.board["panels"][2]
        self.target = self.panel["targets"][0]
        self.table = next(panel for panel in self.grafana.dashboards["players.json"]["panels"] if panel["type"] == "table")
        self.rule = self.grafana.alerting["rules.yml"]["groups"][0]["rules"][0]


def drop(holder, *path):
    *way, last = path
    for step in way:
        holder = holder[step]
    del holder[last]


def assign(holder, value, *path):
    *way, last = path
    for step in way:
        holder = holder[step]
    holder[last] = value


def link_to(url):
    return [{"title": "there", "type": "link", "url": url}]


# How it is broken, and what is said.
WAYS = {
    "no uid": (lambda it: drop(it.board, "uid"), "uid must be"),
    "uid twice": (lambda it: assign(it.board, "watchtower-economy", "uid"), "uid watchtower-economy twice"),
    "id of one Grafana": (lambda it: assign(it.board, 7, "id"), "id is of one Grafana only"),
    "old schema": (lambda it: assign(it.board, 16, "schemaVersion"), "schemaVersion"),
    "no time range": (lambda it: drop(it.board, "time"), "no time"),
    "no world": (lambda it: it.board["templating"]["list"].clear(), "no variable world"),
    "panel id twice": (lambda it: assign(it.panel, 1, "id"), "panel id 1 twice"),
    "no panel id": (lambda it: drop(it.panel, "id"), "no id"),
    "refId twice": (lambda it: it.panel["targets"].append(it.target), "refId A twice"),
    "no refId": (lambda it: drop(it.target, "refId"), "without refId"),
    "graph panel": (lambda it: assign(it.panel, "graph", "type"), "panel type graph is obsolete"),
    "outside": (lambda it: assign(it.panel, 23, "gridPos", "x"), "not within 24 columns"),
    "no place": (lambda it: drop(it.panel, "gridPos"), "not within 24 columns"),
    "overlap": (lambda it: assign(it.panel, 1, "gridPos", "x"), "Source: overlaps Players"),
    "no title": (lambda it: drop(it.panel, "title"), "no title"),
    "no description": (lambda it: drop(it.panel, "description"), "Players: no description"),
    "no unit": (lambda it: drop(it.panel, "fieldConfig", "defaults", "unit"), "no unit"),
    "unknown unit": (lambda it: assign(it.panel, "parsecs", "fieldConfig", "defaults", "unit"), "unknown unit parsecs"),
    "unknown source": (lambda it: assign(it.target, "mimir", "datasource", "uid"), "A: unknown data source"),
    "source by default": (lambda it: drop(it.panel, "datasource"), "panel: unknown data source"),
    "source of a variable": (lambda it: drop(it.board, "templating", "list", 0, "datasource"), "variable world: unknown"),
    "source of an annotation": (lambda it: drop(it.board, "annotations", "list", 1, "datasource", "uid"), "alerts: unknown"),
    "no targets": (lambda it: it.panel["targets"].clear(), "no targets"),
    "no query": (lambda it: drop(it.target, "expr"), "Players: A: no query"),
    "no PromQL": (lambda it: assign(it.target, "sum(ccc_players", "expr"), "Players: A: promtool"),
    "unknown variable": (lambda it: assign(it.target, 'max by (world) (ccc_players{world="$wrold"})', "expr"), "unknown variable \\$wrold"),
    "unknown metric": (lambda it: assign(it.target, "watchtower_nonsense_total", "expr"), "no metric watchtower_nonsense_total"),
    "histogram without its suffix": (
        lambda it: assign(it.target, "watchtower_tick_duration_seconds", "expr"), "no metric watchtower_tick_duration_seconds"),
    "unknown label to choose by": (
        lambda it: assign(it.target, 'watchtower_ticks_total{wrold="a"}', "expr"), "watchtower_ticks_total has no label wrold"),
    "unknown label to group by": (
        lambda it: assign(it.target, "sum by (wrold) (watchtower_ticks_total)", "expr"), "no label wrold"),
    "doubled": (lambda it: assign(it.target, "sum(ccc_players)", "expr"), "replicas would be doubled"),
    "doubled beside one that is not": (
        lambda it: assign(it.target, "sum(max without (instance, pod) (ccc_players)) + sum(ccc_nomads)", "expr"), "ccc_nomads is not"),
    "too short a rate": (
        lambda it: assign(it.target, "max without (instance, pod) (rate(ccc_nomad_actions_total[$__rate_interval]))", "expr"), "min step"),
    "unknown macro": (lambda it: assign(it.board, "select $__timeFitler(tick)", "annotations", "list", 1, "target", "rawSql"),
                      "unknown macro \\$__timeFitler"),
    "override of no column": (
        lambda it: assign(it.table, "plyaer", "fieldConfig", "overrides", 0, "matcher", "options"), "no column plyaer to override"),
    "link with no column": (
        lambda it: assign(it.table, "select player_id as \"player\" from player_current", "targets", 0, "rawSql"), "no column world to link with"),
    "renamed column that is not there": (
        lambda it: assign(it.board["panels"][-2], {"plyaer": "player"}, "transformations", 1, "options", "renameByName"),
        "no column plyaer to rename"),
    "list of no worlds": (
        lambda it: assign(it.board, "select 1 from worlds where world in (${world:sqlstring})", "annotations", "list", 1, "target", "rawSql"),
        "is no SQL before there is a world"),
    "link to nowhere": (lambda it: assign(it.panel, link_to("/d/nowhere"), "links"), "no dashboard of ours"),
    "link with a variable that is not here": (
        lambda it: assign(it.panel, link_to("/d/watchtower-economy?${planet:queryparam}"), "links"), "no variable planet here"),
    "link with a variable that is not there": (
        lambda it: assign(it.panel, link_to("/d/watchtower-economy?var-player=x"), "links"), "no variable player there"),
    "link by tag": (lambda it: assign(it.board, ["other"], "links", 0, "tags"), "no other dashboard has the tags"),
    "source uid twice": (lambda it: it.grafana.datasources.append(it.grafana.datasources[0]), "data source uid .* twice"),
    "password in the file": (
        lambda it: assign(it.grafana.datasources[1], "secret", "secureJsonData", "password"), "password stands in the file"),
    "no contact point": (lambda it: it.grafana.alerting.pop("contact-points.yml"), "no contact point watchtower"),
    "rule uid twice": (
        lambda it: it.grafana.alerting["rules.yml"]["groups"][0]["rules"].append(it.rule), "alert rule uid .* twice"),
    "rule with a dollar": (lambda it: assign(it.rule, "{{ $labels.world }}", "annotations", "summary"), "takes a \\$"),
    "rule without a condition": (lambda it: assign(it.rule, "Z", "condition"), "condition Z is no refId"),
    "rule of an unknown source": (lambda it: assign(it.rule, "mimir", "data", 0, "datasourceUid"), "A: unknown data source"),
    "rule with a wrong metric": (
        lambda it: assign(it.rule, "max by (world) (ccc_wrold)", "data", 0, "model", "expr"), "no metric ccc_wrold"),
    "rule without severity": (lambda it: drop(it.rule, "labels", "severity"), "no severity"),
    "rule without a summary": (lambda it: drop(it.rule, "annotations", "summary"), "no summary"),
    "rule without a runbook": (
        lambda it: assign(it.rule, "docs/dashboards.md#nothing", "annotations", "runbook"), "no runbook docs/dashboards.md#nothing"),
    "rule of no panel": (lambda it: assign(it.rule, "999", "annotations", "__panelId__"), "no panel 999"),
}


class Checks(unittest.TestCase):
    def test_have_nothing_to_say_of_the_dashboards(self):
        self.assertEqual(offences(INTACT), [])
        self.assertGreaterEqual(len(INTACT.dashboards), 5)

    def test_refuse_every_way_to_break_one(self):
        for name, (break_it, expected) in WAYS.items():
            with self.subTest(name):
                broken = Broken()
                break_it(broken)
                broken.grafana.uids = {board.get("uid"): file for file, board in broken.grafana.dashboards.items()}
                said = offences(broken.grafana)
                self.assertTrue(any(re.search(expected, offence) for offence in said), said)


def promql(text, **more):
    return Query("", "", "A", "promql", text, **more)


def sql(text):
    return Query("", "", "A", "sql", text)


class Filling(unittest.TestCase):
    def test_quotes_names_in_regular_expressions(self):
        query = promql('x{world=~"$world"}')
        self.assertEqual(filled(query, Moment({"world": "a.b"})), r'x{world=~"a\\.b"}')
        self.assertEqual(filled(query, Moment({"world": ["a+", "b"]})), r'x{world=~"(a\\+|b)"}')
        self.assertEqual(filled(query, Moment({"world": "a\\b"})), r'x{world=~"a\\\\b"}')

    def test_quotes_names_in_sql(self):
        query = sql("select ${player:sqlstring}")
        self.assertEqual(filled(query, Moment({"player": "O'Neil \\ $1"})), "select 'O''Neil \\ $1'")
        self.assertEqual(filled(query, Moment({"player": ["a", "b'"]})), "select 'a','b'''")
        self.assertEqual(filled(sql("array[${world:sqlstring}]"), Moment({"world": []})), "array[]")

    def test_knows_the_length_of_steps_and_ranges(self):
        moment = Moment({}, 0, 21600)
        text = "[$__rate_interval] [$__interval] [$__range] [${__range_s}]"
        self.assertEqual(filled(promql(text), moment), "[1m] [22s] [21600s] [21600]")
        self.assertEqual(filled(promql(text, min_seconds=60), moment), "[4m] [1m] [21600s] [21600]")
        self.assertEqual(filled(promql(text), Moment({}, 0, 7 * 86400)), "[620s] [605s] [604800s] [604800]")

    def test_expands_macros(self):
        moment = Moment({}, 0, 3600)
        self.assertEqual(filled(sql("$__timeFilter(tick)"), moment),
                         "tick BETWEEN '1970-01-01T00:00:00.000000Z' AND '1970-01-01T01:00:00.000000Z'")
        self.assertEqual(filled(sql("select $__timeGroup(tick, '5m'), 1 group by $__timeGroup(tick,'5m')"), moment),
                         'select floor(extract(epoch from tick)/300)*300 AS "time", 1'
                         " group by floor(extract(epoch from tick)/300)*300")
        self.assertEqual(filled(sql("$__timeGroup(tick, $__interval)"), moment), "floor(extract(epoch from tick)/4)*4")
        self.assertEqual(filled(Query("", "", "A", "sql", "$__timeFrom()", range_seconds=600), moment),
                         "'1970-01-01T00:50:00.000000Z'")


if __name__ == "__main__":
    unittest.main()
