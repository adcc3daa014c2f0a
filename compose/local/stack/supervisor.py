"""Starts the children in order, watches them, and ends them in reverse order."""

import os
import signal
import time
from dataclasses import dataclass

from stack.children import STOP_SECONDS, Child, signal_when_parent_ends
from stack.failure import Failure, Stopped

MOST_RESTARTS = 5
WRONG_OPTIONS = 2  # the exit code of a service that a restart would not help
SERVER_READY_SECONDS = 60
POLL_SECONDS = 0.1
MOST_COLUMNS = 300  # of a log line that is shown


@dataclass
class Watched:
    child: Child
    is_server: bool  # its end is the end of the stack
    restarts: int = 0
    restart_at: float = 0  # monotonic; 0: not waiting for one


class Supervisor:
    """Signals are never handled but waited for, in pause; so no child is ever half started or forgotten."""

    def __init__(self, screen, log_folder):
        self.screen = screen
        self.log_folder = log_folder
        self.watched = []
        self.signals = {signal.SIGINT, signal.SIGTERM}
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
            self.signals.add(signal.SIGHUP)

    def block_signals(self):
        """Before the first child. The end of the make that started this counts as SIGTERM."""
        signal.pthread_sigmask(signal.SIG_BLOCK, self.signals)
        if "MAKELEVEL" in os.environ:
            signal_when_parent_ends(signal.SIGTERM)

    def pause(self, seconds):
        """Waits, looks after the children, throws Stopped when asked to stop."""
        if signal.sigtimedwait(self.signals, seconds) is not None:
            raise Stopped
        if self.screen.reader_is_gone:
            raise Failure("nobody reads the output any more")
        for watched in self.watched:
            self.look_after(watched)

    def start(self, program, ready, is_server, patience=SERVER_READY_SECONDS):
        """Returns when it is ready. A server that is not in time ends the stack; of a service it is told."""
        what = f"starting {program.name}"
        self.screen.begin(what)
        begun = time.monotonic()
        watched = Watched(Child(program, self.log_folder / f"{program.name.lower()}.log"), is_server)
        self.watched.append(watched)
        while not ready():
            self.pause(POLL_SECONDS)
            if time.monotonic() - begun > patience:
                if is_server:
                    raise Failure(f"{program.name} is not ready after {patience:.0f} s{self.last_words(watched)}")
                self.screen.complete(what, f"not ready after {patience:.0f} s; going on")
                return
        self.screen.complete(what, f"ready {time.monotonic() - begun:.1f} s")

    def look_after(self, watched):
        child, name = watched.child, watched.child.program.name
        if watched.restart_at:
            if time.monotonic() >= watched.restart_at:
                watched.restart_at = 0
                child.start()
            return
        if not child.ended():
            child.bound_log()
            return
        ending = f"{name} ended ({child.how_it_ended()})"
        if watched.is_server or child.process.returncode == WRONG_OPTIONS or watched.restarts == MOST_RESTARTS:
            raise Failure(ending + self.last_words(watched))
        seconds = 2 ** watched.restarts
        watched.restarts += 1
        watched.restart_at = time.monotonic() + seconds
        self.screen.tell(f"{ending}; starting it again in {seconds} s ({watched.restarts} of {MOST_RESTARTS})"
                         + self.last_words(watched))

    def last_words(self, watched):
        lines = "".join(f"\n    {line[:MOST_COLUMNS]}" for line in watched.child.last_lines())
        return f"; the end of {watched.child.log_path}:{lines or ' empty'}"

    def stop(self):
        """All of them, last started first; nothing that this did not start."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, *self.signals})
        for watched in reversed(self.watched):
            name = watched.child.program.name
            if watched.child.ended():
                continue
            self.screen.begin(f"stopping {name}")
            in_time = watched.child.stop()
            self.screen.complete(f"stopping {name}", "done" if in_time else f"killed after {STOP_SECONDS} s")
        self.watched.clear()
