// usage: examples.mjs FILE FOLDER FROM=TO…
// Runs the shell examples of a Markdown file one after the other in one shell in FOLDER, with addresses replaced, and
// compares what they print with what stands under them: numbers and names may be others, the form may not. Examples with
// `make` are left out. Prints what differs; exit 1 then.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [file, folder, ...replacements] = process.argv.slice(2);
// Members of these are names of the game or of our services.
const kMaps = /^(by_|actions_by_name$|players$|links$|paths$|dependencies$|stale$|dwellings_by_level$)/;
const kMayBeMissing = new Set(["stale", "players", "tick", "error", "detail"]);

function examplesOf(markdown) {
  const examples = [];
  for (const [, block] of markdown.matchAll(/^```[a-z]*\n([^]*?)^```$/gm)) {
    if (!block.startsWith("$ ") || /^\$ make /m.test(block)) continue;
    for (const part of block.split(/^\$ /m).slice(1)) {
      const lines = part.split("\n");
      let command = lines.shift();
      while (command.endsWith("\\")) command += `\n${lines.shift()}`;
      examples.push({ command, printed: lines.join("\n").trim() });
    }
  }
  return examples;
}

const kindOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

// Where two values differ in form, as text; nothing where they do not. Unknown is null.
function difference(printed, real, at = "") {
  const [one, other] = [kindOf(printed), kindOf(real)];
  if (one === "null" || other === "null") return undefined;
  if (one !== other) return `${at || "/"} is ${other}, not ${one}`;
  if (one === "array") {
    if (printed.length > 0 && real.length > 0) return difference(printed[0], real[0], `${at}/0`);
    return undefined;
  }
  if (one !== "object") return undefined;
  const isMap = kMaps.test(at.split("/").findLast((name) => Number.isNaN(Number(name)) || name === "") ?? "") || /\/by_player\//.test(at);
  if (isMap) {
    const [left, right] = [Object.values(printed)[0], Object.values(real)[0]];
    return left === undefined || right === undefined ? undefined : difference(left, right, `${at}/${Object.keys(printed)[0]}`);
  }
  for (const name of new Set([...Object.keys(printed), ...Object.keys(real)])) {
    if (name in printed && name in real) {
      const found = difference(printed[name], real[name], `${at}/${name}`);
      if (found) return found;
    } else if (!kMayBeMissing.has(name)) {
      return `${at}/${name} is ${name in real ? "not printed" : "missing"}`;
    }
  }
  return undefined;
}

const asJson = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const form = (text) => text.replaceAll(/[0-9]+/g, "N");

function complaint({ printed }, { status, output, errors }) {
  if (status !== 0) return `ends with ${status}: ${output}${errors}`;
  if (printed === "") return undefined;
  if (/^[0-9]{3}$/.test(printed)) return output === printed ? undefined : `prints ${output}, not ${printed}`;
  const json = asJson(printed);
  if (json !== undefined && typeof json === "object") {
    const real = asJson(output);
    if (real === undefined) return `prints no JSON: ${output}`;
    const found = difference(json, real);
    return found && `${found}: ${output.slice(0, 300)}`;
  }
  // Cut off where names and numbers of the game would follow.
  const kCompared = 45;
  const end = printed.includes("…") ? Math.min(form(printed).indexOf("…"), kCompared) : undefined;
  return form(output).slice(0, end) === form(printed).slice(0, end) ? undefined : `prints ${output.slice(0, 300)}, not ${printed}`;
}

const examples = examplesOf(readFileSync(file, "utf8"));
const results = mkdtempSync(join(tmpdir(), "examples-"));
let script = "";
examples.forEach(({ command }, i) => {
  const real = replacements.reduce((text, pair) => text.replaceAll(...pair.split("=")), command);
  script += `{ ${real}\n} >${results}/out.${i} 2>${results}/err.${i}; echo $? >${results}/status.${i}\n`;
});
spawnSync("bash", ["-c", script], { cwd: folder });

const read = (name, i) => readFileSync(join(results, `${name}.${i}`), "utf8").trim();
let wrong = 0;
examples.forEach((example, i) => {
  const result = { status: Number(read("status", i)), output: read("out", i), errors: read("err", i) };
  const found = complaint(example, result);
  if (found === undefined) return;
  wrong += 1;
  console.log(`$ ${example.command}\n  ${found}`);
});
console.log(`${file}: ${examples.length} examples, ${wrong} wrong`);
process.exit(wrong === 0 && examples.length > 0 ? 0 : 1);
