"""The images: a base and stand-ins of Debian's packages where the real ones cannot be had, and our own as users build them."""

import pathlib
import shutil
import subprocess
import tarfile

from engine import Failure, program

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = "watchtower-test/debian:12"
STORES = ("postgres", "redis", "nats", "prometheus", "alertmanager", "nginx")
SERVICES = ("collector", "api-gateway", "exporter", "publisher", "ccc-simulator")
MOST_OVER_BASE = 150e6  # bytes
BUILD_SECONDS = 3600


def stand_in(store):
    return f"watchtower-test/{store}:12"


class Images:
    def __init__(self, engine, folder, tell):
        self.engine = engine
        self.folder = folder
        self.tell = tell

    def prepare(self):
        if not self.has(BASE):
            self.tell("making a base image of Debian's packages")
            self.make_base()
        for store in STORES:
            self.tell(f"image in place of {store}'s")
            self.build(ROOT / "tests/compose/stand-ins", stand_in(store), target=store)

    def build_services(self, version):
        """All five as `docker-compose build` makes them; the first one compiles everything."""
        for service in SERVICES:
            self.tell(f"image watchtower-{service}:{version}")
            self.build(ROOT, f"watchtower-{service}:{version}", target=service, file=ROOT / "services/Dockerfile", VERSION=version)

    def has(self, image):
        return self.engine.run("images", "--quiet", image).strip() != ""

    def make_base(self):
        """debootstrap's smallest Debian 12 as an image, with this machine's package sources and certificates."""
        tree = self.folder / "base"
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        done = subprocess.run([program("debootstrap"), "--variant=minbase", "bookworm", str(tree)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"debootstrap: {done.stdout[-800:]}")
        apt = pathlib.Path("/etc/apt")
        for name in ("sources.list", "sources.list.d/debian.sources", "apt.conf"):
            (tree / "etc/apt" / name).unlink(missing_ok=True)
            if (apt / name).is_file():
                shutil.copy(apt / name, tree / "etc/apt" / name)
        for proxy in apt.glob("apt.conf.d/*proxy*"):
            shutil.copy(proxy, tree / "etc/apt/apt.conf.d")
        certificates = pathlib.Path("/usr/local/share/ca-certificates")
        if certificates.is_dir():
            shutil.copytree(certificates, tree / "usr/local/share/ca-certificates", dirs_exist_ok=True)
        for waste in ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(tree / waste, ignore_errors=True)
        archive = self.folder / "base.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(tree, arcname=".")
        self.engine.run("import", str(archive), BASE)
        archive.unlink()
        shutil.rmtree(tree)

    def build(self, context, image, target, file=None, **arguments):
        command = [self.engine.docker, "build", "--quiet", "--target", target, "--tag", image]
        command += ["--file", str(file)] if file else []
        for name, value in ({"BASE_IMAGE": BASE} | arguments).items():
            command += ["--build-arg", f"{name}={value}"]
        # BuildKit leaves out the stages that a target does not need.
        done = subprocess.run([*command, str(context)], env=self.engine.environment | {"DOCKER_BUILDKIT": "1"},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
        if done.returncode != 0:
            raise Failure(f"building {image}: {done.stderr[-2000:]}")

    def check(self, version):
        """Small, labelled, not root, started without a shell."""
        base = self.inspect(BASE, "{{.Size}}")
        for service in SERVICES:
            image = f"watchtower-{service}:{version}"
            more = int(self.inspect(image, "{{.Size}}")) - int(base)
            if more > MOST_OVER_BASE:
                raise Failure(f"{image} is {more / 1e6:.0f} MB larger than its base")
            for what, wanted in {".Config.User": "10001:10001", ".Config.Entrypoint": f"[watchtower-{service}]",
                                 'index .Config.Labels "org.opencontainers.image.version"': version,
                                 'index .Config.Labels "org.opencontainers.image.title"': f"watchtower-{service}"}.items():
                found = self.inspect(image, "{{" + what + "}}")
                if found != wanted:
                    raise Failure(f"{image}: {what} is {found}, not {wanted}")
            said = self.engine.run("run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL", image, "--version")
            self.tell(f"{image}: {more / 1e6:.0f} MB over its base, {said.strip()}")

    def inspect(self, image, what):
        return self.engine.run("image", "inspect", "--format", what, image).strip()
