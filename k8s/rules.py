#!/usr/bin/env python3
"""Prometheus' rules as an object of the Prometheus operator: writes k8s/overlays/monitoring/rules.yaml, made of
prometheus/rules/*.yml; with --print it only shows it. `make lint` says when it has to be run again."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TARGET = ROOT / "k8s/overlays/monitoring/rules.yaml"
HEAD = """# Made by k8s/rules.py of prometheus/rules.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: watchtower
  labels:
    app.kubernetes.io/part-of: watchtower
spec:
  groups:
"""


def text():
    """The groups of all files, their lines moved to where they belong: nothing is parsed, so that nothing is lost."""
    lines = []
    for file in sorted((ROOT / "prometheus/rules").glob("*.yml")):
        content = file.read_text().split("\n")
        lines += [f"    # prometheus/rules/{file.name}"]
        lines += ["  " + line if line else line for line in content[content.index("groups:") + 1:]]
        while lines and not lines[-1]:
            lines.pop()
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv[1:]:
        sys.stdout.write(text())
    else:
        TARGET.write_text(text())
