"""What the person at the keyboard sees: plain lines, the same on a terminal and in a file."""

import os
import sys

from stack.numbers import HEADER
from stack.settings import ADDRESS

LINES_BETWEEN_HEADERS = 20


class Screen:
    def __init__(self):
        self.line_is_open = False
        self.lines_since_header = 0
        self.reader_is_gone = False  # the pipe or terminal; there is nobody to run for
        sys.stdout.reconfigure(errors="replace")

    def tell(self, text):
        self.write(("\n" if self.line_is_open else "") + text + "\n")
        self.line_is_open = False

    def begin(self, text):
        self.tell_if_open()
        self.write(text + " …")
        self.line_is_open = True

    def complete(self, what, text):
        """Ends the line that begin(what) opened, or says it anew when something came between."""
        self.write((" " if self.line_is_open else f"{what} … ") + text + "\n")
        self.line_is_open = False

    def tell_if_open(self):
        if self.line_is_open:
            self.write("\n")
            self.line_is_open = False

    def write(self, text):
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            self.reader_is_gone = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def addresses(self, settings, shown, key_was_given):
        """shown: makes of a path what the person would type."""
        ports = settings.ports
        secrets = shown(settings.secrets_folder)
        key = "the one you gave" if key_was_given else f"{secrets}/api_key"
        monitoring = (f"http://{ADDRESS}:{ports['prometheus']}/alerts   Alertmanager: http://{ADDRESS}:{ports['alertmanager']}/"
                      if settings.monitored else "not installed: make deps")
        self.tell(f"""
Watchtower runs; its numbers are {settings.source()}.

  page and API   http://{ADDRESS}:{ports['gateway']}/   what it offers: /openapi.json
  Prometheus     {monitoring}
  metrics        http://{ADDRESS}:{ports['exporter']}/metrics
  NATS           python3 compose/local/subscribe.py metrics.watchtower
  PostgreSQL     psql "$(cat {secrets}/watchtower_reader_url)"
  API key        {key}   for what needs one (Authorization: Bearer …)
  logs           {shown(settings.log_folder)}

Ctrl-C stops everything.
""")

    def tick(self, line):
        if self.lines_since_header % LINES_BETWEEN_HEADERS == 0:
            self.tell(HEADER)
        self.lines_since_header += 1
        self.tell(line)
