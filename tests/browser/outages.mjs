// Whatever goes away is said in words, what is still known stays, and all comes back by itself.

import { act, ask, assert, base, eventually, isLive, linkIs, rows, shown, text, withPage } from "./browser.mjs";

// How the page's list of services tells one of them. It looks every 30 seconds, and when the network comes back.
async function serviceIs(page, name, pattern) {
  await eventually(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    assert.match((await rows(page, "#services"))[name]?.[0] ?? "", pattern);
  });
}

const attacks = (page) => shown(page, "#tile-attacks .value");

async function changes(page) {
  const before = await attacks(page);
  assert.notEqual(before, null);
  await act("step");
  await eventually(async () => {
    assert.notEqual(await attacks(page), before);
    assert.equal(await attacks(page), String((await ask("/api/v1/metrics/current")).pvp.total_attacks));
  });
}

await withPage({}, async (page) => {
  let ids = [];
  page.on("request", (request) => {
    if (request.url().includes("/stream")) ids.push(request.headers()["last-event-id"] ?? "");
  });
  await page.goto(base);
  await isLive(page);
  await changes(page);

  // Without the stream it asks; with the stream it is live again, from where it was.
  await page.route("**/api/v1/stream*", (route) => route.abort());
  await act("cut-connections");
  await act("restore-connections");
  await linkIs(page, /^Asking every \d+ s$/);
  await changes(page);
  ids = [];
  await page.unroute("**/api/v1/stream*");
  await isLive(page);
  await eventually(() => assert.match(ids.at(-1) ?? "", /^default:/));
  await changes(page);

  // No gateway: the last numbers stay, the title says so.
  const last = await attacks(page);
  await act("kill-gateway");
  await linkIs(page, /^No connection$/);
  await eventually(async () => assert.match(await text(page, "#trouble"), /No connection: .*What is shown was collected at \d\d:\d\d:\d\d/));
  assert.equal(await attacks(page), last);
  assert.match(await page.title(), /^no connection – /);
  await act("start-gateway");
  await isLive(page);
  await eventually(async () => assert.equal(await page.locator("#trouble").isVisible(), false));
  await changes(page);

  // No database: charts stand still, live goes on.
  await act("stop-postgres");
  await page.selectOption("#range", "6h");
  await eventually(async () => assert.match(await text(page, "#history-trouble"), /The past cannot be had at the moment/));
  await changes(page);
  await isLive(page);
  await serviceIs(page, "PostgreSQL", /^down$/);
  await act("start-postgres");
  await serviceIs(page, "PostgreSQL", /^up$/);
  await eventually(async () => assert.equal(await page.locator("#history-trouble").isVisible(), false), 40000);
  await eventually(async () => assert.ok(await page.locator("#chart-actions canvas").isVisible()));

  // Nobody collects: numbers stay, marked with their age.
  await act("kill-collector");
  await eventually(async () => assert.match(await text(page, "#trouble"), /No collector stores anything new/));
  assert.match(await text(page, '[data-section="pvp"]'), /^Stale, from .* ago: no collector stores anything new$/);
  assert.match(await page.title(), /^all stale – /);
  await serviceIs(page, "collector", /^none lives/);
  await act("start-collector");
  await eventually(async () => assert.equal(await page.locator("#trouble").isVisible(), false));
  await changes(page);
});
