"""As much of NATS as a subscriber needs, without a library."""

import json
import socket


class Subscriber:
    """Listens to one subject from its construction on; a context manager."""

    def __init__(self, port, user, password, subject):
        self.connection = socket.create_connection(("127.0.0.1", port), 10)
        self.stream = self.connection.makefile("rb")
        self.stream.readline()  # INFO
        options = {"verbose": False, "headers": True, "no_responders": True, "user": user, "pass": password}
        self.connection.sendall(f"CONNECT {json.dumps(options)}\r\nSUB {subject} 1\r\nPING\r\n".encode())

    def next(self, seconds):
        """(headers, body) of the next message; OSError when none comes, ValueError when the server refuses."""
        self.connection.settimeout(seconds)
        while True:
            words = self.stream.readline().split()
            if not words or words[0] == b"-ERR":
                raise ValueError(f"NATS: {b' '.join(words).decode()}")
            if words[0] == b"PING":
                self.connection.sendall(b"PONG\r\n")
            elif words[0] in (b"MSG", b"HMSG"):
                content = self.stream.read(int(words[-1]) + 2)[:-2].decode()
                size = int(words[-2]) if words[0] == b"HMSG" else 0
                lines = content[:size].split("\r\n")[1:]
                return dict(line.split(": ", 1) for line in lines if ": " in line), content[size:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.connection.close()
