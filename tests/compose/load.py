"""People at the balancer: some who ask all the time, and some who listen to the stream and come again when it ends."""

import http.client
import threading
import time

PATHS = ("/api/v1/metrics/current", "/api/v1/metrics/pvp", "/api/v1/alerts", "/api/v1/worlds", "/ready", "/")
# What is answered out of PostgreSQL, so not while it is away.
STORED_PATHS = ("/api/v1/dashboard/stats", "/api/v1/metrics/history?metric=attacks&step=60", "/api/v1/players?limit=5")
CLIENTS = 4
LISTENERS = 2


class Load:
    """Runs as a context manager; then `failures` are texts, `asked` how many requests there were, `ticks` what listeners got."""

    def __init__(self, port, stored=True):
        self.port = port
        self.paths = PATHS + (STORED_PATHS if stored else ())
        self.failures = []
        self.asked = 0
        self.slowest = 0.0
        self.ticks = [[] for _ in range(LISTENERS)]
        self.reconnects = 0
        self.balancer_away = threading.Event()  # while it is set, a connection that cannot be made is no failure
        self.refused = 0
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.ask, args=(number,), daemon=True) for number in range(CLIENTS)]
        self.threads += [threading.Thread(target=self.listen, args=(ticks,), daemon=True) for ticks in self.ticks]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(30)

    def ask(self, number):
        connection, used = None, False
        while not self.stop.is_set():
            path = self.paths[number % len(self.paths)]
            number += 1
            start = time.monotonic()
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
                    connection.connect()
                    used = False
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                used = True
                if answer.status != 200:
                    self.failed(f"{path}: {answer.status} {body[:200]!r}")
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                # A kept connection may end at once instead of taking a further request; browsers ask again, and so do we.
                kept = used and isinstance(error, (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError))
                connection = None
                if self.balancer_away.is_set():
                    self.refused += 1
                    time.sleep(0.05)
                elif not kept or time.monotonic() - start > 1:
                    self.failed(f"{path}: {error!r}")
            with self.lock:
                self.asked += 1
                self.slowest = max(self.slowest, time.monotonic() - start)
            time.sleep(0.01)

    def failed(self, text):
        with self.lock:
            self.failures.append(f"{time.strftime('%H:%M:%S')} {text}")

    def listen(self, ticks):
        last = ""
        while not self.stop.is_set():
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("GET", "/api/v1/stream", headers={"Last-Event-ID": last} if last else {})
                answer = connection.getresponse()
                while not self.stop.is_set() and (line := answer.readline()):
                    if line.startswith(b"id:"):
                        last = line[3:].strip().decode()
                        ticks.append(int(last.split(":")[1]))
            except (OSError, http.client.HTTPException, ValueError):
                pass
            self.reconnects += 1
            self.stop.wait(0.2)
