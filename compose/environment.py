#!/usr/bin/env python3
"""Writes .env from .env.example with passwords of its own; `make compose-env`. An .env that is there stays as it is.

A variable of that name in the environment (CCC_API_URL=https://… make compose-env) takes the example's place.
"""

import os
import pathlib
import re
import secrets
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
MADE = ("POSTGRES_PASSWORD", "POSTGRES_OWNER_PASSWORD", "POSTGRES_READER_PASSWORD", "REDIS_PASSWORD", "NATS_PASSWORD",
        "NATS_SUBSCRIBER_PASSWORD", "API_KEY", "GRAFANA_PASSWORD")
SIMULATOR = ":compose/simulator.yml"


def filled(example, given):
    """The example's text, its variables with the values that they are to have."""
    def value(name, default):
        text = given.get(name) or (secrets.token_hex(20) if name in MADE else default)
        if name == "COMPOSE_FILE" and given.get("CCC_API_URL"):
            text = text.replace(SIMULATOR, "")
        if re.search(r"[\n$#'\"\\]|^\s|\s$", text):
            raise ValueError(f"{name}: line ends, quotes, $, # and \\ cannot stand in .env")
        return text

    return re.sub(r"^([A-Z][A-Z0-9_]*)=(.*)$", lambda line: f"{line[1]}={value(line[1], line[2])}", example, flags=re.MULTILINE)


def main():
    target = ROOT / ".env"
    try:
        text = filled((ROOT / ".env.example").read_text(encoding="utf-8"), os.environ)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        print(f"{target} is there and stays as it is")
        return 0
    except ValueError as error:
        print(f"compose-env: {error}", file=sys.stderr)
        return 2
    print(f"{target} is written, with passwords of its own; docker-compose up -d starts everything")
    return 0


if __name__ == "__main__":
    sys.exit(main())
