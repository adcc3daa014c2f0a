"""What the running services say of themselves, as one line for each world and tick."""

import re
import time
from dataclasses import dataclass
from urllib.parse import quote

from stack.http import get

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

COLUMNS = "{:<8} {:<10} {:>9} {:>11} {:>13} {:>9} {:>8}  {:<8} {:>9} {:>7}  {}"
HEADER = COLUMNS.format("time", "world", "players", "actions", "gold", "attacks", "events", "stored", "published",
                        "scraped", "stale")


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


def member(document, section, name):
    return (document.get(section) or {}).get(name)


class Numbers:
    def __init__(self, settings):
        self.settings = settings
        self.last_timestamp = {}
        self.last_line = time.monotonic()
        self.scrapes = 0

    def worlds(self):
        """[name]; the default world alone while the gateway does not tell."""
        answer = get(self.settings.ports["gateway"], "/api/v1/worlds")
        listed = answer.json() if answer is not None and answer.status == 200 else None
        entries = listed.get("worlds") if isinstance(listed, dict) else listed
        names = [entry.get("name") or entry.get("world") if isinstance(entry, dict) else entry
                 for entry in entries or []]
        return [name for name in names if isinstance(name, str)] or [None]

    def new_lines(self):
        """A line for each world whose document is new; one that tells of silence when none came for long."""
        changed = [(world, document) for world, document in self.documents()
                   if document.get("timestamp") != self.last_timestamp.get(world)]
        if changed:
            self.last_line = time.monotonic()
            self.last_timestamp.update({world: document.get("timestamp") for world, document in changed})
            scraped = self.scrape()
            published = self.published()
            return [self.line(world, document, scraped, published) for world, document in changed]
        silence = time.monotonic() - self.last_line
        if silence > 2 * self.settings.interval + 2:
            self.last_line = time.monotonic()
            return [f"{clock(time.time())} no new document for {silence:.0f} s"]
        return []

    def documents(self):
        for world in self.worlds():
            path = "/api/v1/metrics/current" + (f"?world={quote(world)}" if world else "")
            answer = get(self.settings.ports["gateway"], path)
            document = answer.json() if answer is not None and answer.status == 200 else None
            if isinstance(document, dict):
                yield world or "default", document

    def scrape(self):
        answer = get(self.settings.ports["exporter"], "/metrics")
        if answer is None or answer.status != 200:
            return []
        self.scrapes += 1
        return samples(answer.text)

    def published(self):
        answer = get(self.settings.ports["publisher_management"], "/metrics")
        return total(samples(answer.text), "watchtower_published_total") if answer is not None else None

    def line(self, world, document, scraped, published):
        actions = member(document, "nomads", "by_action")
        stale = list(document.get("stale", {}))
        return COLUMNS.format(
            clock(time.time()), world, number(total(scraped, "ccc_players", world=world)),
            number(sum(actions.values()) if actions is not None else None),
            number(member(document, "resources", "total_gold")), number(member(document, "pvp", "total_attacks")),
            number(member(document, "events", "total")),
            clock(total(scraped, "ccc_snapshot_timestamp_seconds", world=world)), number(published),
            number(self.scrapes), ",".join(stale) or "-") + (" simulated" if self.settings.simulated else "")
