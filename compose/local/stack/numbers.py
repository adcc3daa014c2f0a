"""What the running services say of themselves, as one line for each world and tick."""

import datetime
import re
import time
from dataclasses import dataclass

from stack.http import get

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

PUBLISHED = "watchtower_publications_total"  # of the publisher

COLUMNS = "{:<8} {:<10} {:>9} {:>11} {:>13} {:>9} {:>8}  {:<8} {:>9} {:>7}  {}  {}"
HEADER = COLUMNS.format("time", "world", "players", "actions", "gold", "attacks", "events", "stored", "published",
                        "scraped", "stale", "").rstrip()


@dataclass
class Sample:
    name: str
    labels: dict
    value: float


def samples(text):
    found = []
    for line in text.splitlines():
        match = SAMPLE.match(line)
        if match:
            found.append(Sample(match[1], dict(LABEL.findall(match[2] or "")), float(match[3])))
    return found


def total(family, wanted, **labels):
    """The sum of a family's series that carry these labels; nothing when there is none."""
    values = [sample.value for sample in family
              if sample.name == wanted and labels.items() <= sample.labels.items()]
    return sum(values) if values else None


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def clock(seconds):
    return "-" if seconds is None else time.strftime("%H:%M:%S", time.localtime(seconds))


def from_rfc3339(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def member(document, section, name):
    return (document.get(section) or {}).get(name)


class Numbers:
    def __init__(self, settings, api_key):
        self.ports = settings.ports
        self.interval = settings.interval
        self.key = {"X-API-Key": api_key}  # with API_AUTH=all readers need one, too
        self.last_ticks = {}
        self.last_line = time.monotonic()
        self.scrapes = 0

    def ask_gateway(self, path):
        """The body's object; an empty one when there is no good answer."""
        answer = get(self.ports["gateway"], path, self.key)
        body = answer.json() if answer is not None and answer.status == 200 else None
        return body if isinstance(body, dict) else {}

    def new_lines(self):
        """A line for each world that has a new tick; one that tells of silence when none came for long."""
        worlds = self.ask_gateway("/api/v1/worlds").get("worlds", [])
        changed = [world for world in worlds if world["tick"] not in (None, self.last_ticks.get(world["name"]))]
        if changed:
            self.last_line = time.monotonic()
            self.last_ticks.update({world["name"]: world["tick"] for world in changed})
            scraped = self.scrape()
            published = self.published()
            return [self.line(world, scraped, published) for world in changed]
        silence = time.monotonic() - self.last_line
        if silence > 2 * self.interval + 2:
            self.last_line = time.monotonic()
            return [f"{clock(time.time())} no new tick for {silence:.0f} s"]
        return []

    def scrape(self):
        answer = get(self.ports["exporter"], "/metrics")
        if answer is None or answer.status != 200:
            return []
        self.scrapes += 1
        return samples(answer.text)

    def published(self):
        answer = get(self.ports["publisher_management"], "/metrics")
        return samples(answer.text) if answer is not None and answer.status == 200 else []

    def line(self, world, scraped, published):
        name = world["name"]
        document = self.ask_gateway(f"/api/v1/metrics/current?world={name}")
        actions = member(document, "nomads", "by_action")
        return COLUMNS.format(
            clock(time.time()), name, number(total(scraped, "ccc_players", world=name)),
            number(sum(actions.values()) if actions is not None else None),
            number(member(document, "resources", "total_gold")), number(member(document, "pvp", "total_attacks")),
            number(member(document, "events", "total")), clock(from_rfc3339(world["tick"])),
            number(total(published, PUBLISHED, world=name, result="published")),
            number(self.scrapes), ",".join(world.get("stale_sections", [])) or "-",
            "simulated" if world.get("simulated") else "")
