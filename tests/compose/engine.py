"""A Docker engine: the one that answers, or one of our own that ends with the test."""

import os
import pathlib
import shutil
import subprocess
import time

START_SECONDS = 60
STOP_SECONDS = 60
DEBIAN_FIRST = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/usr/local/sbin"


class Failure(Exception):
    """What was found wrong, for people."""


def program(name):
    found = shutil.which(name, path=DEBIAN_FIRST)
    if not found:
        raise Failure(f"{name} is missing: make deps installs it")
    return found


class Engine:
    """Commands of docker against it; `environment` is what docker-compose and scripts need to find it."""

    def __init__(self, folder, tell):
        self.folder = folder
        self.tell = tell
        self.process = None
        self.docker = program("docker")
        self.environment = dict(os.environ)

    def start(self):
        if self.answers():
            self.tell("using the Docker engine that runs here")
            return
        if os.geteuid() != 0:
            raise Failure("no Docker engine answers, and only root can start one")
        self.folder.mkdir(parents=True, exist_ok=True)
        # A unix socket's name may be 107 bytes long at most.
        run = pathlib.Path("/run") / f"watchtower-test-{os.getpid()}"
        self.environment["DOCKER_HOST"] = f"unix://{run}/docker.sock"
        log = self.folder / "dockerd.log"
        command = [program("dockerd"), "--host", self.environment["DOCKER_HOST"], "--pidfile", f"{run}/pid",
                   "--exec-root", str(run), "--data-root", str(self.folder / "data"),
                   # cgroupfs needs no systemd; the rest is found out by the engine: overlay2, or vfs where it must be.
                   "--exec-opt", "native.cgroupdriver=cgroupfs"]
        run.mkdir(mode=0o700, exist_ok=True)
        self.tell(f"starting a Docker engine; its log: {log}")
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            start_new_session=True)
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure(f"the Docker engine did not start: {log.read_text(errors='replace')[-800:]}")
            time.sleep(0.2)

    def answers(self):
        return subprocess.run([self.docker, "version"], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False).returncode == 0

    def run(self, *arguments, check=True, given=None, seconds=300):
        """What a command of docker prints; with `check`, Failure when it fails."""
        done = subprocess.run([self.docker, *arguments], env=self.environment, input=given or "", text=True,
                              capture_output=True, timeout=seconds, check=False)
        if check and done.returncode != 0:
            raise Failure(f"docker {' '.join(arguments[:6])}: {(done.stderr or done.stdout).strip()[-800:]}")
        return done.stdout

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(pathlib.Path("/run") / f"watchtower-test-{os.getpid()}", ignore_errors=True)
