"""One child process: started with a log file of its own, ended in bounded time, never left behind."""

import collections
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 32 * 1024 * 1024
STOP_SECONDS = 10


def signal_when_parent_ends(number):
    """Asks the kernel to send it to this process then."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(number))


@dataclass
class Program:
    """What to start and how to end it."""
    name: str
    command: list
    environment: dict = field(default_factory=lambda: dict(os.environ))
    user: str = ""  # another user than this one; only root can
    folder: str = "/"
    stop_signal: int = signal.SIGTERM
    orphan_signal: int = signal.SIGKILL  # what it gets when this process is killed


class Child:
    """Its own session, so that Ctrl-C at the terminal reaches only this process, which then ends the children in order.
    It dies with this process. Start it from the main thread, whose end is what the kernel watches."""

    def __init__(self, program, log_path):
        self.program = program
        self.log_path = log_path
        self.rotate_log()
        self.start()

    def start(self):
        self.started = time.monotonic()
        identity = {}
        if self.program.user:
            entry = pwd.getpwnam(self.program.user)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        parent = os.getpid()

        def before_exec():
            signal_when_parent_ends(self.program.orphan_signal)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            if os.getppid() != parent:
                os._exit(1)

        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.program.command, env=self.program.environment, cwd=self.program.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=before_exec, **identity)

    def rotate_log(self):
        if self.log_path.exists():
            self.log_path.replace(f"{self.log_path}.1")

    def bound_log(self):
        """The child holds the file open for appending: it is emptied in place."""
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copyfile(self.log_path, f"{self.log_path}.1")
            os.truncate(self.log_path, 0)

    def last_lines(self, count=8):
        if not self.log_path.exists():
            return []
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return list(collections.deque((line.rstrip() for line in log), count))

    def ended(self):
        return self.process.poll() is not None

    def how_it_ended(self):
        code = self.process.returncode
        return f"exit {code}" if code >= 0 else signal.Signals(-code).name

    def stop(self):
        """True when it ended by itself within the time it has for that."""
        if self.ended():
            return True
        self.process.send_signal(self.program.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
            return True
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            return False
