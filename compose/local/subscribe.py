#!/usr/bin/env python3
"""Prints what is published on a NATS subject of the stack that `make run` started: the body, a line for each message.

Usage: subscribe.py SUBJECT [COUNT]; ends after COUNT messages (default: never). NATS_URL overrides the stack's own server.
"""

import json
import os
import pathlib
import socket
import sys
import urllib.parse


def server_url():
    secret = pathlib.Path(__file__).resolve().parents[2] / ".run/secrets/nats_url"
    return os.environ.get("NATS_URL") or secret.read_text().strip()


def main():
    subject = sys.argv[1] if len(sys.argv) > 1 else "metrics.watchtower"
    left = int(sys.argv[2]) if len(sys.argv) > 2 else -1
    url = urllib.parse.urlsplit(server_url())
    options = {"verbose": False, "headers": False}
    if url.username:
        options.update(user=urllib.parse.unquote(url.username), **{"pass": urllib.parse.unquote(url.password or "")})
    connection = socket.create_connection((url.hostname, url.port or 4222))
    stream = connection.makefile("rb")
    stream.readline()  # INFO
    connection.sendall(f"CONNECT {json.dumps(options)}\r\nSUB {subject} 1\r\n".encode())
    while left != 0:
        words = stream.readline().split()
        if not words or words[0] == b"-ERR":
            sys.exit("the server ended the connection: " + b" ".join(words).decode())
        if words[0] == b"PING":
            connection.sendall(b"PONG\r\n")
        elif words[0] == b"MSG":
            sys.stdout.write(stream.read(int(words[-1])).decode() + "\n")
            sys.stdout.flush()
            left -= 1


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
