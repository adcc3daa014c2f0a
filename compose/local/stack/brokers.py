"""A private Redis and a private NATS: configuration files that hold their passwords, and whether they answer."""

import shutil
import socket

from stack.children import Program
from stack.failure import Failure
from stack.secret_files import password, write_private
from stack.settings import ADDRESS

ANSWER_SECONDS = 1

REDIS_SETTINGS = """bind {address}
port {port}
protected-mode yes
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync always
save ""
daemonize no
"""

NATS_SETTINGS = """listen: "{address}:{port}"
server_name: watchtower-local
authorization {{ user: watchtower, password: "{password}" }}
jetstream {{ store_dir: "{folder}", max_file_store: 1GB, max_memory_store: 64MB }}
"""


def executable(name):
    found = shutil.which(name, path="/usr/local/bin:/usr/bin:/usr/sbin:/usr/local/sbin")
    if not found:
        raise Failure(f"{name} is not installed: make deps")
    return found


def answer(port, question, enough):
    """What the server says until `enough` is in it; what came so far when it does not come."""
    received = b""
    try:
        with socket.create_connection((ADDRESS, port), ANSWER_SECONDS) as connection:
            connection.sendall(question)
            while enough not in received:
                piece = connection.recv(4096)
                if not piece:
                    break
                received += piece
    except OSError:
        pass
    return received


class Redis:
    def __init__(self, settings):
        self.port = settings.ports["redis"]
        self.password, _ = password(settings.secrets_folder, "redis_password")
        self.url_file = settings.secrets_folder / "redis_url"
        self.folder = settings.folder / "redis"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.settings_file = settings.secrets_folder / "redis.conf"

    def program(self):
        write_private(self.url_file, f"redis://default:{self.password}@{ADDRESS}:{self.port}/0\n")
        write_private(self.settings_file, REDIS_SETTINGS.format(
            address=ADDRESS, port=self.port, password=self.password, folder=self.folder))
        return Program("Redis", [executable("redis-server"), str(self.settings_file)], folder=str(self.folder))

    def ready(self):
        said = answer(self.port, f"AUTH {self.password}\r\nPING\r\n".encode(), b"+PONG\r\n")
        return said.endswith(b"+PONG\r\n")


class Nats:
    def __init__(self, settings):
        self.port = settings.ports["nats"]
        self.password, _ = password(settings.secrets_folder, "nats_password")
        self.url_file = settings.secrets_folder / "nats_url"
        self.folder = settings.folder / "nats"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.settings_file = settings.secrets_folder / "nats.conf"

    def program(self):
        write_private(self.url_file, f"nats://watchtower:{self.password}@{ADDRESS}:{self.port}\n")
        write_private(self.settings_file, NATS_SETTINGS.format(
            address=ADDRESS, port=self.port, password=self.password, folder=self.folder))
        return Program("NATS", [executable("nats-server"), "-c", str(self.settings_file)], folder=str(self.folder))

    def ready(self):
        greeting = (f'CONNECT {{"verbose":false,"user":"watchtower","pass":"{self.password}"}}\r\nPING\r\n').encode()
        return answer(self.port, greeting, b"PONG\r\n").endswith(b"PONG\r\n")
