"""Checks of single files that need nothing but their text."""

import ast
import json
import re

# Written in pieces, so that this file may be checked as well.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"), ("pypi", "org"), ("pythonhosted", "org"),
        ("crates", "io"), ("rubygems", "org"), ("proxy", "golang", "org"), ("deb", "debian", "org"),
        ("security", "debian", "org"), ("snapshot", "debian", "org"), ("archive", "ubuntu", "com"),
        ("deb", "nodesource", "com"), ("repo", "maven", "apache", "org"), ("conan", "io"),
    ]
]
HOSTS = re.compile("|".join(rf"(?<![\w-]){re.escape(host)}" for host in REGISTRY_HOSTS), re.IGNORECASE)

EXACT_BYTES = ("proto-json/samples/", "tests/golden/", "tests/fuzz/corpus/")
TABS_ALLOWED = ("Makefile",)


def no_duplicates(pairs):
    members = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"member '{name}' twice")
        members[name] = value
    return members


def whitespace(path, text):
    if path.startswith(EXACT_BYTES):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        if "\t" in line and not path.startswith(TABS_ALLOWED):
            yield number, "tab"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"


def hosts(_path, text):
    for number, line in enumerate(text.split("\n"), 1):
        match = HOSTS.search(line)
        if match:
            yield number, f"names a package registry: {match.group()}"


def syntax(path, text):
    try:
        if path.endswith(".json"):
            json.loads(text, object_pairs_hook=no_duplicates)
        elif path.endswith(".py") or text.startswith("#!/usr/bin/env python3"):
            ast.parse(text, path)
    except json.JSONDecodeError as error:
        yield error.lineno, f"not JSON: {error.msg}"
    except SyntaxError as error:
        yield error.lineno or 1, f"not Python: {error.msg}"
    except ValueError as error:
        yield 1, f"not JSON: {error}"


def offences(path, text):
    """(line, what is wrong) of every check."""
    for check in (whitespace, hosts, syntax):
        yield from check(path, text)
