"""The simulated game goes on where it stopped: it is as if it had been played while nothing of ours ran."""

import json
import time

MOST_STEPS = 10_000_000  # to be caught up with at the start; a longer pause begins a new game


def catch_up(settings, tell):
    """Gives the simulator the game seconds that have passed since this game was first started.

    Seed and number of steps decide the simulator's whole history, so the collector finds the game it knows, some time
    later. Another game (other SIM_ settings, too long a pause) begins at its first second.
    """
    if not settings.simulated or "SIM_WARMUP" in settings.environment:
        return
    rules = {name: value for name, value in settings.environment.items() if name.startswith("SIM_")}
    known = read(settings.game_file)
    now = time.time()
    steps = int((now - known.get("started", now)) * float(rules.get("SIM_SPEED", "1")))
    if known.get("rules") != rules or not 0 <= steps <= MOST_STEPS:
        if known:
            tell("another game than last time: its totals are added to those before (remove .run to begin afresh)")
        known = {"started": now, "rules": rules}
        steps = 0
        settings.game_file.write_text(json.dumps(known) + "\n")
    settings.environment["SIM_WARMUP"] = str(steps)


def read(file):
    try:
        known = json.loads(file.read_text())
        return known if isinstance(known, dict) else {}
    except (OSError, ValueError):
        return {}
