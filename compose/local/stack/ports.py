"""Whether the ports are free, and who has one that is not."""

import glob
import os
import pathlib
import socket
import time

from stack.failure import Failure
from stack.settings import ADDRESS

LISTENING = "0A"
PATIENCE_SECONDS = 3  # what a stack killed a moment ago needs until its last process is gone


def is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except PermissionError as error:
            raise Failure(f"port {port}: {error.strerror}") from error
        except OSError:
            return False
    return True


def listening_inodes(port):
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = pathlib.Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                inodes.add(columns[9])
    return inodes


def holder(port):
    """ "by nginx (pid 12)", or nothing when this user may not see it."""
    wanted = {f"socket:[{inode}]" for inode in listening_inodes(port)}
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            if os.readlink(link) in wanted:
                process = pathlib.Path(link).parents[1]
                return f" by {(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue
    return ""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((ADDRESS, 0))
        return probe.getsockname()[1]


def move_taken(settings):
    """Gives those that may be elsewhere another port when theirs is taken."""
    for name in settings.movable:
        if not is_free(settings.ports[name]):
            settings.ports[name] = free_port()


def require_free(ports):
    """Throws Failure that names every taken port, what it is for and who has it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    taken = dict(ports)
    while True:
        taken = {name: port for name, port in taken.items() if not is_free(port)}
        if not taken:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    raise Failure("\n".join(
        f"port {port}, for {name.replace('_', ' ')}, is taken{holder(port)}; RUN_{name.upper()}_PORT=… chooses another"
        for name, port in taken.items()))
