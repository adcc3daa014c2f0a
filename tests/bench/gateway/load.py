"""What asks the servers: wrk for requests, and many listeners of Server-Sent Events."""

import json
import os
import select
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


def wrk(folder, url, seconds, headers=()):
    """Requests a second, median and 99th percentile of the answers' times in seconds."""
    script = folder / "report.lua"
    script.write_text(REPORT)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("REPORT "))
    report = json.loads(line[len("REPORT "):])
    if report["errors"] or report["bad_statuses"]:
        raise RuntimeError(f"{url}: {report}")
    return {"rate": report["requests"] / report["microseconds"] * 1e6, "p50": report["p50"] / 1e6,
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


class Listeners:
    """Many who listen to one stream, from several addresses, as one address has its bound. Notes for each event how
    long after the first listener the last one had it."""

    OF_ADDRESS = 200

    def __init__(self, port, path, count):
        self.poll = select.epoll()
        self.sockets = {}
        self.events = {}  # id: times of arrival
        self.stopping = False
        request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n".encode()
        for number in range(count):
            one = socket.socket()
            one.bind((f"127.0.2.{1 + number // self.OF_ADDRESS}", 0))
            one.connect(("127.0.0.1", port))
            one.sendall(request)
            one.setblocking(False)
            self.sockets[one.fileno()] = one
            self.poll.register(one, select.EPOLLIN)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.stopping:
            for number, _ in self.poll.poll(0.2):
                try:
                    data = self.sockets[number].recv(1 << 20)
                except BlockingIOError:
                    continue
                if not data:
                    raise RuntimeError("a listener was dropped")
                at = data.rfind(b"id: ")
                if at >= 0:
                    self.events.setdefault(data[at:data.find(b"\n", at)], []).append(time.monotonic())

    def complete(self):
        """How far apart the first and the last listener had each event that all of them got, in seconds."""
        return [max(times) - min(times) for times in self.events.values() if len(times) == len(self.sockets)]

    def stop(self):
        self.stopping = True
        self.thread.join()
        for one in self.sockets.values():
            one.close()
