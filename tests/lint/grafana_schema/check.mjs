// Whether the dashboards are what Grafana's own types say they are. Arguments: the folder with the npm packages, then files of
// dashboards. Prints what is wrong as "file: panel: path: what"; exit 1 if anything is.
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const [packages, ...files] = process.argv.slice(2);
const ts = createRequire(join(packages, "package.json"))("typescript");
const here = dirname(fileURLToPath(import.meta.url));
// Beside the packages, where the compiler looks for them.
const types = join(packages, "panels.ts");
const checked = join(packages, "dashboards.ts");

/** One constant for each panel and one for the rest, each on a line of its own; lines: what stands on them. */
function source(lines) {
  const text = ['import type { Frame, PanelOf, Row } from "./panels";'];
  const add = (where, type, value) => {
    lines[text.length] = where;
    text.push(`export const it${text.length}: ${type} = ${JSON.stringify(value)};`);
  };
  for (const file of files) {
    const { panels, ...frame } = JSON.parse(readFileSync(file, "utf8"));
    add(basename(file), "Frame", frame);
    for (const panel of panels) {
      const type = panel.type === "row" ? "Row" : `PanelOf<${JSON.stringify(panel.type)}>`;
      add(`${basename(file)}: ${panel.title}`, type, panel);
    }
  }
  return text.join("\n");
}

const lines = {};
const contents = new Map([[checked, source(lines)], [types, readFileSync(join(here, "panels.ts"), "utf8")]]);
const options = {
  strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
};
const host = ts.createCompilerHost(options);
const { readFile, fileExists, getSourceFile } = host;
host.readFile = (name) => contents.get(name) ?? readFile.call(host, name);
host.fileExists = (name) => contents.has(name) || fileExists.call(host, name);
host.getSourceFile = (name, version, ...more) => contents.has(name)
  ? ts.createSourceFile(name, contents.get(name), version, true) : getSourceFile.call(host, name, version, ...more);

const program = ts.createProgram([checked], options, host);
const problems = ts.getPreEmitDiagnostics(program);
for (const { file, start, messageText } of problems) {
  const line = file === undefined ? -1 : file.getLineAndCharacterOfPosition(start).line;
  const where = file?.fileName === checked ? lines[line] : file?.fileName ?? "compiler";
  const shown = file?.fileName === checked ? ` at ${file.text.slice(start, start + 60)}` : "";
  console.log(`${where}: ${ts.flattenDiagnosticMessageText(messageText, " ").slice(0, 400)}${shown}`);
}
process.exit(problems.length === 0 ? 0 : 1);
