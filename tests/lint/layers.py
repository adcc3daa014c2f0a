"""Which folder may include what: the table of layers as code."""

import re

# The first folder that holds a file decides. Each rule: (folder, project paths it may include), {own} being the folder
# itself, one level deeper for those that end in a slash.
RULES = [
    ("common/base/", ["common/base/"]),
    ("common/http/", ["common/base/", "common/http/", "proto-json/problem.hpp"]),
    ("common/metrics/", ["common/base/", "common/metrics/", "common/http/server.hpp"]),
    ("common/world_state/", ["common/", "proto-json/"]),
    ("common/task_queue/", ["common/base/", "common/redis/", "common/task_queue/", "proto-json/"]),
    ("common/", ["common/base/", "{own}"]),
    ("proto-json/", ["common/base/", "proto-json/"]),
    ("services/", ["common/", "proto-json/", "{own}"]),
    ("tests/support/", ["common/", "proto-json/", "tests/support/"]),
    ("tests/functional/", ["common/base/", "common/http/", "common/nats/", "common/redis/", "proto-json/", "tests/support/",
                           "tests/functional/"]),
    ("tests/e2e/", ["common/base/", "common/http/", "proto-json/", "tests/support/", "tests/soak/", "tests/e2e/"]),
    ("tests/", ["common/", "proto-json/", "services/", "tests/"]),
    ("docs/examples/", []),
]

# A wrapped library is included by its wrapper alone; tests may look at it from both sides, and examples are programs of
# others.
WRAPPED = {
    "pistache/": "common/http/",
    "curl/": "common/http/",
    "pqxx/": "common/postgres/",
    "libpq-fe.h": "common/postgres/",
    "hiredis/": "common/redis/",
    "nats/": "common/nats/",
    "CLI/": "common/base/",
    "spdlog/": "common/base/",
    "openssl/": "common/crypto/",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def own_folder(path, folder):
    """'services/collector/store/x.cpp' in 'services/' -> 'services/collector/'."""
    return folder + path[len(folder):].split("/")[0] + "/"


def allowed(path):
    for folder, may_include in RULES:
        if path.startswith(folder):
            return [entry.replace("{own}", own_folder(path, folder)) for entry in may_include]
    return None


def offences(path, text):
    """(line, what is wrong) for each include that the table does not allow."""
    found = []
    may_include = allowed(path)
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        if quote == '"':
            if may_include is None:
                found.append((number, f"{path} lies in no folder that the table of layers knows"))
            elif not any(target.startswith(entry) for entry in may_include):
                found.append((number, f'must not include "{target}" (may: {" ".join(may_include)})'))
        elif not path.startswith(("tests/", "docs/examples/")):
            for library, wrapper in WRAPPED.items():
                if target.startswith(library) and not path.startswith(wrapper):
                    found.append((number, f"must not include <{target}>: only {wrapper} does"))
            if target.startswith(("gtest/", "gmock/")):
                found.append((number, f"must not include <{target}>: only tests do"))
    return found
