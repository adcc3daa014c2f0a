// What the scripts share: a browser, what it did, and the stage behind the page (page_stage.hpp).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const packages = createRequire(`${process.env.PACKAGES}/`);
const { chromium } = packages("playwright-core");
const kDeadline = 45000;
const kArguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run",
  "--disable-component-update", "--disable-sync"];

export const base = process.env.PAGE;
export { assert };

// Tries `check` until it throws nothing any more; its value.
export async function eventually(check, deadline = kDeadline) {
  const end = Date.now() + deadline;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export async function act(deed) {
  const answer = await fetch(`${process.env.DIRECTOR}/do/${deed}`, { method: "POST" });
  assert.equal(answer.status, 200, `${deed}: ${await answer.text()}`);
}

// What the hostile world answers from now on, as text.
export async function setHostile(section, body) {
  const answer = await fetch(`${process.env.DIRECTOR}/game/${section}`, { method: "POST", body });
  assert.equal(answer.status, 200);
}

export async function ask(path, headers = {}) {
  const answer = await fetch(base + path, { headers });
  assert.equal(answer.status, 200, `${path}: ${answer.status}`);
  return answer.json();
}

// Runs `script(page, seen)` in a fresh browser. `seen` holds {errors, requests}; requests to other places and errors of
// scripts or of the content policy fail the test, failed requests only where `calm` is asked for.
export async function withPage(options, script) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: kArguments });
  const seen = { errors: [], requests: [] };
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: "Europe/Berlin", locale: "en-GB", ...options });
    await context.addInitScript(() => {
      window.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    });
    const page = await context.newPage();
    page.setDefaultTimeout(kDeadline);
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) seen.errors.push(message.text());
    });
    page.on("pageerror", (error) => seen.errors.push(error.stack));
    page.on("request", (request) => seen.requests.push(request.url()));
    await script(page, seen);
    await page.unrouteAll({ behavior: "wait" });
    assert.deepEqual(seen.errors, []);
    assert.deepEqual(await page.evaluate(() => window.violations), []);
    const elsewhere = seen.requests.filter((url) => !url.startsWith(`${base}/`) && !url.startsWith("data:") && !url.startsWith("about:"));
    assert.deepEqual(elsewhere, [], "requests to other places");
  } finally {
    await browser.close();
  }
}

export const text = async (page, selector) => (await page.locator(selector).first().textContent()).trim();

// The number that an element shows, with all its digits; null: unknown.
export async function shown(page, selector) {
  const data = page.locator(`${selector} data`).first();
  return (await data.count()) ? data.getAttribute("value") : null;
}

// {first cell: [values of the others]} of a table; numbers as the API gives them, else text.
export const rows = (page, selector) => page.locator(`${selector} tbody tr`).evaluateAll((lines) => Object.fromEntries(lines.map((line) => {
  const cells = [...line.cells].map((cell) => cell.querySelector("data")?.value ?? cell.textContent);
  return [line.cells[0].textContent, cells.slice(1).filter((_, i) => !line.cells[i + 1].classList.contains("drawing"))];
})));

// What the page says while all is well.
export const isLive = (page) => linkIs(page, /^Live$/);
export const linkIs = (page, pattern) => eventually(async () => assert.match(await text(page, "#link"), pattern));

// What axe finds that is serious or worse.
export async function accessibility(page) {
  await page.evaluate(readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`);
}

// What makes the page wider than the window: empty when nothing does.
export const overflow = (page) => page.evaluate(() => (document.documentElement.scrollWidth <= window.innerWidth ? []
  : [...document.querySelectorAll("body *")].filter((one) => !one.closest(".scroll") && one.getBoundingClientRect().right > window.innerWidth + 0.5)
    .slice(0, 8).map((one) => `${one.tagName}#${one.id}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`)));
