"""What no collector can be faster than: the same bytes, the same JSON, the same SQL, each by itself."""

import json
import re
import subprocess
import time

# As the collector stages them; of each player whose numbers changed at the tick.
STAGED = """player_id, first_seen, last_active, in_nomads, in_resources, in_dwellings, c.nomads, c.actions, actions_by_name,
 actions_counted, c.gold, c.spice, c.dwellings, c.highest_level, baseline"""
ACTIVITY = """world, player_id, tick, nomads, actions, actions_added, nomads_created, gold, spice, gold_collected, gold_spent,
 spice_collected, spice_spent, dwellings, highest_level"""

CAPTURE = """
\\copy (select {staged} from player_current c where changed_at = '{tick}') to '{folder}/staged'
\\copy (select {activity} from player_activity where tick = '{tick}') to '{folder}/activity'
select count(*) from player_activity where tick = '{tick}';
"""

STORE = """
\\timing on
begin;
create temporary table staged (player_id text, first_seen timestamptz, last_active timestamptz, in_nomads boolean,
 in_resources boolean, in_dwellings boolean, nomads bigint, actions bigint, actions_by_name json, actions_counted bigint,
 gold numeric, spice numeric, dwellings bigint, highest_level integer, baseline json) on commit drop;
\\copy staged from '{folder}/staged'
insert into player_current (world, changed_at, player_id, first_seen, last_active, in_nomads, in_resources, in_dwellings,
 nomads, actions, actions_by_name, actions_counted, gold, spice, dwellings, highest_level, baseline)
 select 'default', '{tick}', * from staged on conflict (world, player_id) do update set
 changed_at = excluded.changed_at, last_active = excluded.last_active, in_nomads = excluded.in_nomads,
 in_resources = excluded.in_resources, in_dwellings = excluded.in_dwellings, nomads = excluded.nomads,
 actions = excluded.actions, actions_by_name = excluded.actions_by_name, actions_counted = excluded.actions_counted,
 gold = excluded.gold, spice = excluded.spice, dwellings = excluded.dwellings,
 highest_level = excluded.highest_level, baseline = excluded.baseline;
\\copy player_activity ({activity}) from '{folder}/activity'
commit;
"""


def download(source):
    """Seconds of curl for all sections, one after the other."""
    urls = [source.url + path for path in ("/nomads", "/resources", "/dwellings", "/combat/stats", "/events")]
    words = [word for url in urls for word in ("-o", "/dev/null", url)]
    began = time.monotonic()
    subprocess.run(["curl", "-sS", "--noproxy", "*", *words], check=True)
    return time.monotonic() - began


def parse(binary, bodies):
    """Seconds of the walks and of parsing with aggregation, over all sections."""
    done = subprocess.run([binary, bodies, "1"], check=True, capture_output=True, text=True)
    sections = json.loads(done.stdout)["sections"]
    return {name: sum(section[f"{name}_seconds"] for section in sections) for name in ("visit", "decode", "parse")}


class Sql:
    """A second database with the same tables and rows, which gets the rows of each tick by psql."""

    def __init__(self, servers, database, folder):
        self.servers = servers
        self.database = database
        self.copy = f"{database}_limit"
        self.folder = folder
        folder.mkdir()
        servers.psql("postgres", f"create database {self.copy}")
        schema = subprocess.run(["pg_dump", "--schema-only", "--no-owner", "--no-acl", servers.database(database)],
                                check=True, capture_output=True, text=True).stdout
        servers.psql(self.copy, schema)

    def store(self, tick):
        """(rows, seconds) of a tick that the collector has stored."""
        words = {"tick": tick, "folder": self.folder, "staged": STAGED.replace("\n", ""),
                 "activity": ACTIVITY.replace("\n", "")}
        rows = int(self.servers.psql(self.database, CAPTURE.format(**words)))
        output = self.servers.psql(self.copy, STORE.format(**words))
        milliseconds = [float(found) for found in re.findall(r"^Time: ([0-9.]+) ms", output, re.MULTILINE)]
        return rows, sum(milliseconds) / 1000
