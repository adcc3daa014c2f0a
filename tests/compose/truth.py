"""What REST, Prometheus, NATS and PostgreSQL say beside what the simulator knows."""

import json
import urllib.parse
import urllib.request

from engine import Failure
from nats import Subscriber
from stack import INTERVAL, until

PATIENCE = 90


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode(), answer.headers


class Truth:
    def __init__(self, stack):
        self.stack = stack

    def simulator(self, method, path):
        return self.stack.execute(self.stack.one("ccc-simulator"), "curl", "-fsS", "-X", method, f"http://127.0.0.1:8900{path}")

    def compare(self, netted=True):
        """Halts the game, waits until everybody shows its last numbers, and lets it go on. `netted`: also what was collected and
        spent, which depends on which answers of the game were read."""
        self.simulator("POST", "/admin/pause")
        try:
            # What a reader can know changes with each answer of the game, so it is asked for again each time.
            tick = until("REST shows the truth", PATIENCE, lambda: self.rest(expected(self.now())))
            document, _ = get(self.stack.api, f"/api/v1/snapshots/{tick}")
            until("Prometheus shows the truth", PATIENCE, lambda: self.queries(self.now(), netted))
            self.published()
            stored = self.stack.sql(f"select document from snapshots where tick = to_timestamp({tick})")
            if stored != document:
                raise Failure(f"tick {tick}: PostgreSQL and REST tell different documents")
            self.totals_agree(self.now())
        finally:
            self.simulator("POST", "/admin/resume")

    def now(self):
        return json.loads(self.simulator("GET", "/truth"))

    def rest(self, wanted):
        """The tick of a document that is as wanted, asked so often that every gateway has its turn."""
        ticks = []
        for _ in range(6):
            text, headers = get(self.stack.api, "/api/v1/metrics/current")
            if headers["Watchtower-Simulated"] != "true":
                raise Failure("REST does not say that it is simulated")
            different = differences(json.loads(text), wanted)
            if different:
                raise ValueError(different)
            ticks.append(headers["Watchtower-Tick"])
        return ticks[0]

    def query(self, expression):
        text, _ = get(self.stack.prometheus, "/api/v1/query?query=" + urllib.parse.quote(expression))
        return [float(one["value"][1]) for one in json.loads(text)["data"]["result"]]

    def queries(self, truth, netted):
        observed = truth["observed"]
        wanted = {
            "ccc_nomads": truth["nomads"]["total_nomads"], "ccc_players": truth["players"],
            'ccc_resources{resource_type="gold"}': truth["gold"]["stock"],
            'ccc_pvp_attacks_total{result="success"}': observed["pvp"]["successful_attacks"],
            "ccc_pvp_dwellings_destroyed_total": observed["pvp"]["destroyed_dwellings"],
        }
        wanted |= {f'ccc_nomad_actions_total{{action_type="{action}"}}': count for action, count in observed["actions"].items()}
        if netted:
            wanted['ccc_resources_collected_total{resource_type="gold"}'] = observed["gold"]["collected"]
        for expression, value in wanted.items():
            found = self.query(expression)
            if not found or any(abs(one - value) > 1e-6 for one in found):
                raise ValueError(f"{expression}: {found}, truth: {value}")
        return True

    def published(self):
        """The next document over NATS is, byte for byte, that of its tick."""
        with Subscriber(self.stack.nats, "subscriber", self.stack.values["NATS_SUBSCRIBER_PASSWORD"], "metrics.watchtower") as inbox:
            headers, body = inbox.next(4 * INTERVAL + 20)
        document, _ = get(self.stack.api, f"/api/v1/snapshots/{headers['Watchtower-Tick']}")
        if body != document:
            raise Failure(f"tick {headers['Watchtower-Tick']}: NATS and REST tell different documents")
        if headers.get("Watchtower-Simulated") != "true":
            raise Failure("NATS does not say that it is simulated")

    def totals_agree(self, truth):
        """Every exporter shows one truth, not only the one that Prometheus asked last."""
        line = f'ccc_nomads{{world="default"}} {truth["nomads"]["total_nomads"]}'
        for name in self.stack.containers("exporter"):
            if line not in self.stack.execute(name, "curl", "-fsS", "http://127.0.0.1:9203/metrics").split("\n"):
                raise Failure(f"{name} has no line {line}")

    def newest(self):
        """The newest stored tick in epoch seconds."""
        return int(self.stack.sql("select extract(epoch from max(tick))::bigint from snapshots"))

    def lost_ticks(self, since):
        """Ticks after `since` (epoch seconds) that are not stored, up to the newest one."""
        stored = self.stack.sql(f"select extract(epoch from tick)::bigint from snapshots where tick > to_timestamp({since})")
        ticks = {int(line) for line in stored.split()}
        return sorted(set(range(since + INTERVAL, max(ticks, default=since) + 1, INTERVAL)) - ticks)


def expected(truth):
    """The parts of a document that are known when the game is halted."""
    observed = truth["observed"]
    return {
        "nomads.total_nomads": truth["nomads"]["total_nomads"],
        "nomads.by_action": {action: count for action, count in truth["nomads"]["by_action"].items() if count},
        "resources.total_gold": truth["gold"]["stock"], "resources.total_spice": truth["spice"]["stock"],
        "dwellings.total": truth["dwellings"]["total"],
        "pvp.total_attacks": observed["pvp"]["total_attacks"],
        "pvp.successful_attacks": observed["pvp"]["successful_attacks"],
        "pvp.destroyed_dwellings": observed["pvp"]["destroyed_dwellings"],
        "events.total": observed["events"]["total"],
    }


def differences(document, wanted):
    """A text for what is not as wanted; nothing where all is."""
    if "stale" in document:
        return f"stale: {document['stale']}"
    found = {key: document[key.split(".")[0]][key.split(".")[1]] for key in wanted}
    return "; ".join(f"{key}: {found[key]}, truth: {wanted[key]}" for key in wanted if found[key] != wanted[key])
