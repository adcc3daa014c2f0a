"""What asks the servers: wrk for requests, and many listeners of Server-Sent Events."""

import json
import os
import socket
import subprocess
import threading
import time

CONNECTIONS = 16
# Told by wrk's done(): numbers that need no parsing of its report.
REPORT = """
done = function(summary, latency, requests)
    local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format('\\nREPORT {"requests": %d, "microseconds": %d, "errors": %d, "bad_statuses": %d, "p50": %d, "p99": %d}\\n',
        summary.requests, summary.duration, bad, summary.errors.status, latency:percentile(50), latency:percentile(99)))
end
"""


def wrk(folder, url, seconds, headers=(), closes=False):
    """Requests a second, median and 99th percentile of the answers' times in seconds. `closes`: the server ends a
    connection after its answer, which wrk takes for an error."""
    script = folder / "report.lua"
    script.write_text(REPORT)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s", "-s", script]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("REPORT "))
    report = json.loads(line[len("REPORT "):])
    if (report["errors"] and not closes) or report["bad_statuses"]:
        raise RuntimeError(f"{url}: {report}")
    return {"rate": max(report["requests"], 1) / report["microseconds"] * 1e6, "p50": report["p50"] / 1e6,
            "p99": report["p99"] / 1e6}


def fetch(url, headers=()):
    """(status, headers in lower case, body) of one GET by curl, with nothing undone."""
    words = [word for name, value in headers for word in ("-H", f"{name}: {value}")]
    done = subprocess.run(["curl", "-sS", "-i", *words, url], capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), dict(line.lower().split(": ", 1) for line in lines[1:]), body


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Announcements:
    """When each message on a subject of NATS came, by time.monotonic()."""

    def __init__(self, port, subject):
        self.times = []
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(f'CONNECT {{"verbose":false}}\r\nSUB {subject} 1\r\n'.encode())
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.socket.makefile("rb"):
            if line.startswith(b"MSG "):
                self.times.append(time.monotonic())
            elif line.startswith(b"PING"):
                self.socket.sendall(b"PONG\r\n")

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


class Listeners:
    """Many who listen to one stream, from several addresses, as one address has its bound."""

    def __init__(self, program, port, path, count):
        self.count = count
        self.process = subprocess.Popen([program, str(port), path, str(count)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "listening":
            raise RuntimeError("the listeners could not connect")

    def arrivals(self):
        """Ends them: {id: (when the first had it, when the last)} of the events that all of them got."""
        self.process.stdin.close()
        lines = [line.split() for line in self.process.stdout]
        if self.process.wait() != 0:
            raise RuntimeError("a listener was dropped")
        whole = {name: (float(first), float(last)) for name, count, first, last in lines if int(count) == self.count}
        if not whole:
            raise RuntimeError(f"no event reached all listeners: {lines}")
        return whole
