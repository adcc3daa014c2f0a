"""A private PostgreSQL: nobody but the two roles of Watchtower can log in, by password, on the loopback address."""

import hashlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess

from stack.children import Program
from stack.failure import Failure
from stack.secret_files import password, write_private
from stack.settings import ADDRESS

OWNER = "watchtower"
READER = "watchtower_reader"
DATABASE = "watchtower"
PREFERRED_VERSION = "15"

ACCESS = f"""# Written at each start.
host {DATABASE} {OWNER},{READER} {ADDRESS}/32 scram-sha-256
"""


def program_folder(version=""):
    """Where the programs of a version lie; without one, of the version to use for new data."""
    found = {path.parent.name: path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin")
             if (path / "postgres").exists()}
    wanted = version or (PREFERRED_VERSION if PREFERRED_VERSION in found else max(found, key=int, default=""))
    if wanted not in found:
        raise Failure(f"PostgreSQL {wanted or PREFERRED_VERSION} is not installed: make deps")
    return found[wanted]


class Cluster:
    """Prepares the data folder; start gives the server to run."""

    def __init__(self, settings, tell):
        self.settings = settings
        self.tell = tell
        self.user = "postgres" if os.geteuid() == 0 else ""
        self.folder = self.data_parent()
        self.data = self.folder / "data"
        self.passwords = {}

    def data_parent(self):
        """.run/postgres, or a folder that the user postgres can reach."""
        folder = self.settings.folder / "postgres"
        if self.reachable(folder):
            return folder
        digest = hashlib.sha256(str(self.settings.root).encode()).hexdigest()[:12]
        other = pathlib.Path("/var/tmp") / f"watchtower-{digest}"
        if not self.reachable(other):
            raise Failure(f"the user {self.user} can use neither {folder} nor {other}")
        self.tell(f"PostgreSQL's data lies in {other}: the user {self.user} cannot reach {folder}")
        return other

    def reachable(self, folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.user:
            return True
        entry = pwd.getpwnam(self.user)
        if folder.is_symlink() or folder.stat().st_uid not in (0, entry.pw_uid):
            return False
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        return self.run(["test", "-w", str(folder)], folder="/").returncode == 0

    def run(self, command, folder=None, given=""):
        identity = {}
        if self.user:
            entry = pwd.getpwnam(self.user)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return subprocess.run(command, cwd=folder or self.folder, input=given, text=True, check=False,
                              start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}, **identity)

    def prepare(self):
        """The data folder with roles and database, and the files with their addresses."""
        made = False
        for role in (OWNER, READER):
            self.passwords[role], is_new = password(self.settings.secrets_folder, f"{role}_password")
            made = made or is_new
            write_private(self.address_file(role), self.address(role) + "\n")
        if not (self.data / "PG_VERSION").exists():
            self.tell(f"creating PostgreSQL's data in {self.data}")
            self.create()
        elif made:
            self.as_superuser(self.data, self.role_statements())
        (self.data / "pg_hba.conf").write_text(ACCESS)

    def create(self):
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        done = self.run([str(program_folder() / "initdb"), "--pgdata", str(fresh), "--username", "postgres",
                         "--auth", "reject", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"])
        if done.returncode != 0:
            raise Failure(f"initdb: {done.stdout.strip()}")
        self.as_superuser(fresh, self.role_statements() + [
            f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;",
            f"GRANT CONNECT ON DATABASE {DATABASE} TO {READER};",
        ])
        fresh.rename(self.data)

    def role_statements(self):
        statements = []
        for role in (OWNER, READER):
            statements += [
                f"DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role};"
                " END IF; END$$;",
                f"ALTER ROLE {role} LOGIN PASSWORD '{self.passwords[role]}';",
            ]
        return statements

    def as_superuser(self, data, statements):
        """In single-user mode: the superuser has no password and cannot log in to the running server."""
        version = (data / "PG_VERSION").read_text().strip()
        done = self.run([str(program_folder(version) / "postgres"), "--single", "-D", str(data),
                         "-c", "exit_on_error=on", "postgres"], given="\n".join(statements) + "\n")
        if done.returncode != 0:
            raise Failure(f"PostgreSQL: creating the roles: {done.stdout.strip()[-800:]}")

    def address(self, role):
        return f"postgresql://{role}:{self.passwords[role]}@{ADDRESS}:{self.settings.ports['postgres']}/{DATABASE}"

    def address_file(self, role):
        return self.settings.secrets_folder / f"{role}_url"

    def program(self):
        version = (self.data / "PG_VERSION").read_text().strip()
        return Program(
            name="PostgreSQL", user=self.user, folder=str(self.data),
            command=[str(program_folder(version) / "postgres"), "-D", str(self.data),
                     "-c", f"listen_addresses={ADDRESS}", "-c", f"port={self.settings.ports['postgres']}",
                     "-c", "unix_socket_directories=", "-c", "shared_buffers=64MB"],
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
            stop_signal=signal.SIGINT,  # disconnect clients and shut down
            orphan_signal=signal.SIGQUIT)  # at once, and its children with it

    def ready(self):
        """Both roles can log in."""
        return all(self.can_log_in(role) for role in (OWNER, READER))

    def can_log_in(self, role):
        try:
            done = subprocess.run(
                ["psql", "--no-psqlrc", "--quiet", "--no-password", "--host", ADDRESS, "--username", role,
                 "--port", str(self.settings.ports["postgres"]), "--dbname", DATABASE, "--command", "SELECT 1"],
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PGPASSWORD": self.passwords[role],
                     "PGCONNECT_TIMEOUT": "2", "PGSSLMODE": "disable"},
                stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True, check=False, timeout=5)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0
