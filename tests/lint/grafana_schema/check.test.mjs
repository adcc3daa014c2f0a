// PACKAGES: the folder with the npm packages of package.json.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dashboards = join(here, "../../../grafana/dashboards");

const check = (files) => spawnSync(process.execPath, [join(here, "check.mjs"), process.env.PACKAGES, ...files], { encoding: "utf8" });

test("the dashboards are what Grafana's types say", () => {
  const files = readdirSync(dashboards).filter((name) => name.endsWith(".json")).map((name) => join(dashboards, name));
  assert.notEqual(files.length, 0);
  const { status, stdout, stderr } = check(files);
  assert.equal(stdout + stderr, "");
  assert.equal(status, 0);
});

test("a dashboard that is not is refused, with all that is wrong", () => {
  const board = JSON.parse(readFileSync(join(dashboards, "gameplay.json"), "utf8"));
  const panel = (type) => board.panels.find((candidate) => candidate.type === type);
  board.refesh = "1m";
  panel("stat").options.colorMode = "backdrop";
  panel("timeseries").fieldConfig.defaults.custom.drawStyle = "squiggle";
  panel("table").options.cellHight = "sm";
  panel("state-timeline").targets[0].format = "tabel";
  delete panel("bargauge").targets[0].refId;
  const folder = mkdtempSync(join(tmpdir(), "dashboards-"));
  try {
    const file = join(folder, "broken.json");
    writeFileSync(file, JSON.stringify(board));
    const { status, stdout } = check([file]);
    assert.equal(status, 1);
    for (const wrong of ["refesh", "backdrop", "squiggle", "cellHight", "tabel", "refId"]) {
      assert.match(stdout, new RegExp(wrong), wrong);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
