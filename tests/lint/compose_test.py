#!/usr/bin/env python3
"""Each check of the compose files finds what it is there for: the real files with one thing broken.

usage: compose_test.py FOLDER, which has the programs in bin/."""

import copy
import pathlib
import sys
import unittest

import compose
import deployment

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "compose"))
import environment  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else ROOT / "build/dev"


def setUpModule():
    global FILES, PROGRAMS, VERSION
    FILES, PROGRAMS, VERSION = compose.Files.of(ROOT), deployment.Programs(BUILD / "bin"), deployment.version(ROOT)


class Checks(unittest.TestCase):
    def wrong(self, old, new, **where):
        """What is said when `old` is `new` in one of the files: layer="watchtower", or of="example" and the like."""
        files = copy.deepcopy(FILES)
        text = files.layers[where["layer"]] if "layer" in where else getattr(files, where["of"])
        self.assertIn(old, text)
        if "layer" in where:
            files.layers[where["layer"]] = text.replace(old, new)
        else:
            setattr(files, where["of"], text.replace(old, new))
        return "\n".join(compose.of_files(files, PROGRAMS, VERSION))

    def test_find_nothing_wrong_in_the_files_as_they_are(self):
        self.assertEqual([], compose.of_files(FILES, PROGRAMS, VERSION))

    def test_variables_stand_in_the_example_and_have_its_values(self):
        self.assertIn("SPEED is not in .env.example", self.wrong("${SIM_SPEED:-1}", "${SPEED:-1}", layer="simulator"))
        self.assertIn("NATS_MEMORY is 1g by default", self.wrong("${NATS_MEMORY:-256m}", "${NATS_MEMORY:-1g}", layer="watchtower"))
        self.assertIn("MORE is used nowhere", self.wrong("API_PORT=8000\n", "API_PORT=8000\nMORE=1\n", of="example"))
        self.assertIn("REDIS_PASSWORD has a default", self.wrong("REDIS_PASSWORD=\n", "REDIS_PASSWORD=secret\n", of="example"))
        self.assertIn("COMPOSE_FILE is not", self.wrong(":compose/monitoring.yml", "", of="example"))

    def test_images_are_pinned_and_are_those_that_are_built(self):
        self.assertIn("NATS_IMAGE is not pinned", self.wrong("nats:2.10.27-alpine", "nats:latest", of="example"))
        self.assertIn("WATCHTOWER_VERSION is 9.9", self.wrong(f"WATCHTOWER_VERSION={VERSION}", "WATCHTOWER_VERSION=9.9", of="example"))
        self.assertIn("exporter: builds exporters", self.wrong("target: exporter", "target: exporters", layer="watchtower"))
        self.assertIn("exporter: image", self.wrong("}watchtower-exporter:", "}exporter:", layer="watchtower"))
        self.assertIn("BASE_IMAGE", self.wrong("BASE_IMAGE=debian:", "BASE_IMAGE=ubuntu:", of="example"))

    def test_services_have_the_options_that_are_set_and_their_defaults(self):
        self.assertIn("publisher: has no option PUBLISH_EVERY", self.wrong("PUBLISH_INTERVAL:", "PUBLISH_EVERY:", layer="watchtower"))
        self.assertIn("api-gateway: RATE_LIMIT is 5", self.wrong("${RATE_LIMIT:-0}", "${RATE_LIMIT:-5}", layer="watchtower"))

    def test_secrets_are_written_for_who_reads_them(self):
        self.assertIn("does not write /run/secrets/api_key", self.wrong("api-gateway/api_key", "api-gateway/key", of="prepare"))

    def test_ports_and_health_are_those_of_the_programs(self):
        self.assertIn("exporter listens on", self.wrong("EXPOSE 9203", "EXPOSE 9303", of="dockerfile"))
        self.assertIn("does not answer on 9201/healthy", self.wrong("9201/ready", "9201/healthy", of="dockerfile"))
        self.assertIn("does not ask publisher:9204", self.wrong("port: 9204", "port: 9205", of="prometheus"))

    def test_containers_are_confined(self):
        for old, new, what in (
                ("read_only: true", "read_only: false", "read_only"), ("cap_drop: [ALL]", "cap_drop: [CHOWN]", "cap_drop"),
                ("no-new-privileges:true", "no-new-privileges:false", "security_opt"), ('user: "999:999"', 'user: "0:0"', "user"),
                ("${BIND_ADDRESS:-127.0.0.1}:", "", "ports"), ("networks: [front, public]", "networks: [stores]", "balancer: networks"),
                ("./nginx/nginx.conf", "./nginx/none.conf", "there is no"), ("nginx.conf:ro", "nginx.conf", "can write to"),
                ("    pids_limit: 64\n", "", "pids_limit"), ("mem_limit: 256m", "", "mem_limit")):
            with self.subTest(what):
                self.assertIn(what, self.wrong(old, new, layer="watchtower"))

    def test_env_gets_passwords_of_its_own_and_no_simulator_beside_a_real_game(self):
        def made(given):
            return dict(line.split("=", 1) for line in environment.filled(FILES.example, given).split("\n") if line[:1].isupper())

        first, second = made({}), made({"CCC_API_URL": "https://game.example", "REDIS_PASSWORD": "given-by-somebody"})
        for name in environment.MADE:
            self.assertGreaterEqual(len(first[name]), 16, name)
            self.assertNotEqual(first[name], second[name], name)
        self.assertEqual("given-by-somebody", second["REDIS_PASSWORD"])
        self.assertIn("compose/simulator.yml", first["COMPOSE_FILE"])
        self.assertNotIn("simulator", second["COMPOSE_FILE"])
        self.assertEqual(FILES.variables().keys(), first.keys())
        with self.assertRaisesRegex(ValueError, "API_KEY"):
            made({"API_KEY": "two\nlines"})


if __name__ == "__main__":
    unittest.main()
