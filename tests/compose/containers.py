"""What each container may do, as it runs: user, capabilities, places to write, ports, whom it can reach, what it shows."""

import re

from engine import Failure
from stack import PROJECT

NO_CAPABILITIES = "0" * 16
# Everything that can be written to, by service; nothing for those that are not here.
WRITABLE = {
    "postgres": {"/var/lib/postgresql/data", "/tmp", "/run/postgresql"}, "redis": {"/data"}, "nats": {"/data", "/tmp"},
    "balancer": {"/tmp"}, "prometheus": {"/prometheus"}, "alertmanager": {"/alertmanager"},
}
STORES = {"postgres": 5432, "redis": 6379, "nats": 4222}
MAY_REACH_STORES = {"collector", "api-gateway", "exporter", "publisher"}
PUBLISHED = {"balancer": "8000/tcp", "nats": "4222/tcp", "prometheus": "9090/tcp"}
SECRET = re.compile(r"_(PASSWORD|KEY)$")


def service_of(container):
    return container["Config"]["Labels"]["com.docker.compose.service"]


class Containers:
    def __init__(self, stack):
        self.stack = stack
        self.wrong = []

    def check(self):
        found = self.stack.containers()
        for name, container in found.items():
            self.settings(name, container)
            self.process(name)
            self.mounts(name, service_of(container))
            self.reach(name, service_of(container), found)
        for name in self.stack.engine.run("ps", "--all", "--format", "{{.Names}}", "--filter",
                                          f"label=com.docker.compose.project={PROJECT}").split():
            log = self.stack.engine.run("logs", name)
            self.expect(name, "secrets in its log", self.secrets_in(log), [])
        if self.wrong:
            raise Failure("; ".join(self.wrong))
        return len(found)

    def expect(self, name, what, found, wanted):
        if found != wanted:
            self.wrong.append(f"{name}: {what}: {found}, not {wanted}")

    def settings(self, name, container):
        host, service = container["HostConfig"], service_of(container)
        self.expect(name, "privileged", host["Privileged"], False)
        self.expect(name, "read-only", host["ReadonlyRootfs"], True)
        self.expect(name, "added capabilities", host["CapAdd"] or [], [])
        self.expect(name, "namespaces of the machine", [host["PidMode"], host["IpcMode"] == "host", host["UTSMode"]], ["", False, ""])
        for what in ("Memory", "PidsLimit"):
            self.expect(name, f"a bound of {what}", (host[what] or 0) > 0, True)
        self.expect(name, "a bound of its log", "max-size" in host["LogConfig"]["Config"], True)
        self.expect(name, "secrets in its environment or command",
                    self.secrets_in(str(container["Config"]["Env"]) + str(container["Config"]["Cmd"]) + str(container["Args"])), [])
        bound = {port: [one["HostIp"] for one in places] for port, places in (host["PortBindings"] or {}).items()}
        self.expect(name, "ports", bound, {PUBLISHED[service]: ["127.0.0.1"]} if service in PUBLISHED else {})

    def secrets_in(self, text):
        """The names of the passwords that stand in a text."""
        return [name for name, value in self.stack.values.items() if SECRET.search(name) and value and value in text]

    def process(self, name):
        status = dict(line.split(":\t", 1) for line in self.stack.execute(name, "cat", "/proc/1/status").splitlines() if ":\t" in line)
        self.expect(name, "root", "0" in status["Uid"].split(), False)
        for capabilities in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
            self.expect(name, capabilities, status[capabilities], NO_CAPABILITIES)
        self.expect(name, "NoNewPrivs", status["NoNewPrivs"], "1")
        self.expect(name, "Seccomp", status["Seccomp"], "2")

    def mounts(self, name, service):
        writable = set()
        for line in self.stack.execute(name, "cat", "/proc/1/mounts").splitlines():
            _, place, kind, options = line.split()[:4]
            if "rw" in options.split(",") and kind not in ("proc", "sysfs", "mqueue", "devpts", "cgroup") and not place.startswith(("/dev", "/sys", "/proc")):
                writable.add(place.replace("/var/run", "/run"))
        self.expect(name, "writable", writable, WRITABLE.get(service, set()))

    def reach(self, name, service, found):
        """Tries each store at every address that it has. The stores need not be tried from themselves."""
        if service in STORES:
            return
        for store, port in STORES.items():
            for one in [each for each in found.values() if service_of(each) == store]:
                addresses = [network["IPAddress"] for network in one["NetworkSettings"]["Networks"].values()]
                attempts = "; ".join(f"timeout 1 bash -c '</dev/tcp/{address}/{port}' 2>/dev/null && echo yes" for address in addresses)
                reached = "yes" in self.stack.execute(name, "bash", "-c", f"{attempts}; true")
                self.expect(name, f"reaches {store}", reached, service in MAY_REACH_STORES)
