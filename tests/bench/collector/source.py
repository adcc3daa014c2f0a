"""The game as a plain server of files: what it sends is made before it is asked for."""

import fcntl
import http.server
import pathlib
import struct
import termios
import threading
import time

SECTIONS = {"/nomads": "nomads", "/resources": "resources", "/dwellings": "dwellings", "/combat/stats": "pvp",
            "/events": "events"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits for the head to be acknowledged

    def do_GET(self):
        source = self.server.source
        section = SECTIONS.get(self.path)
        if section is None:
            self.send_error(404)
            return
        began = time.time()
        with open(source.folder / f"{section}.json", "rb") as body:
            size = pathlib.Path(body.name).stat().st_size
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.flush()
            self.connection.sendfile(body)
        self.wait_until_received()
        source.note(section, began, time.time(), size)

    def wait_until_received(self):
        """Until the other side's kernel has said that it has all of it."""
        while struct.unpack("i", fcntl.ioctl(self.connection, termios.TIOCOUTQ, b"\0\0\0\0"))[0] > 0:
            time.sleep(0.0002)

    def log_message(self, *_):
        pass


class Source:
    """Serves the bodies in `folder` and notes when it was asked for each and when the last byte was received."""

    def __init__(self, folder):
        self.folder = folder
        self.changed = threading.Condition()
        self.reads = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.source = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, section, began, ended, size):
        with self.changed:
            self.reads[section] = (began, ended, size)
            self.changed.notify_all()

    def wait_for_read(self, since, timeout):
        """The times of the first read of all sections that began after `since`: (first request, last byte, bytes)."""
        def complete():
            return len(self.reads) == len(SECTIONS) and all(read[0] > since for read in self.reads.values())

        with self.changed:
            if not self.changed.wait_for(complete, timeout):
                raise TimeoutError("the collector did not read all sections")
            reads = list(self.reads.values())
            return min(r[0] for r in reads), max(r[1] for r in reads), sum(r[2] for r in reads)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
