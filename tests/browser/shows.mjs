// The page's numbers are the API's, at once and as they change.

import { act, ask, assert, base, eventually, isLive, rows, shown, text, withPage } from "./browser.mjs";

const kSections = ["nomads", "resources", "dwellings", "pvp", "events"];

async function checkNumbers(page) {
  const document = await ask("/api/v1/metrics/current");
  const expected = {
    players: Object.keys(document.nomads.by_player).length,
    nomads: document.nomads.total_nomads,
    gold: document.resources.total_gold,
    spice: document.resources.total_spice,
    dwellings: document.dwellings.total,
    attacks: document.pvp.total_attacks,
    events: document.events.total,
  };
  for (const [id, value] of Object.entries(expected)) assert.equal(await shown(page, `#tile-${id} .value`), String(value), id);
  const levels = await rows(page, "#dwellings");
  for (const [level, count] of Object.entries(document.dwellings.by_level)) assert.deepEqual(levels[level], [String(count)]);
  const types = await rows(page, "#events");
  for (const [type, { count, affected_players }] of Object.entries(document.events.by_type)) {
    assert.deepEqual(types[type], [String(count), String(affected_players)], type);
  }
  const attacks = await rows(page, "#attack-totals");
  assert.deepEqual(attacks.successful, [String(document.pvp.successful_attacks)]);
  assert.deepEqual(attacks.failed, [String(document.pvp.total_attacks - document.pvp.successful_attacks)]);
  assert.deepEqual(attacks["dwellings destroyed"], [String(document.pvp.destroyed_dwellings)]);
  return document;
}

// The newest rows of a chart's table against the history.
async function checkChart(page, chart, metrics) {
  const details = page.locator(`#chart-${chart} details`);
  if (!(await details.evaluate((element) => element.open))) await details.locator("summary").click();
  const table = await rows(page, `#chart-${chart}`);
  const sums = metrics.map((_, column) => Object.values(table).reduce((total, cells) => total + Number(cells[column] === "–" ? 0 : cells[column]), 0));
  const now = Math.floor(Date.now() / 1000);
  for (const [column, metric] of metrics.entries()) {
    const { points, kind } = await ask(`/api/v1/metrics/history?metric=${metric}&from=${now - 900}&to=${now + 10}&step=10`);
    const known = points.map(([, value]) => value).filter((value) => value !== null);
    if (kind === "counter") assert.equal(sums[column], known.reduce((total, value) => total + value, 0), metric);
    else assert.equal(Object.values(table)[0][column], String(known.at(-1)), metric);
  }
}

await withPage({}, async (page, seen) => {
  let loads = 0;
  page.on("load", () => { loads += 1; });
  await page.goto(`${base}/#range=15m`);
  await isLive(page);
  await eventually(() => checkNumbers(page));
  assert.match(await text(page, "#simulated"), /made-up game/);
  assert.ok(await page.locator("#simulated").isVisible());
  assert.match(await text(page, "#zone-name"), /Europe\/Berlin \(GMT\+0[12]:00\)/);
  assert.match(await text(page, "#age"), /^Collected .* ago$/);
  assert.equal(await page.title(), "Watchtower · default");

  // The services that live, and what they stand on.
  await eventually(async () => {
    const services = await rows(page, "#services");
    assert.match(services.collector[0], /^1 of 1 ready \d/);
    assert.match(services["api-gateway"][0], /^1 of 1 ready \d/);
    assert.match(services.publisher[0], /^none lives/);
    for (const server of ["PostgreSQL", "Redis", "NATS"]) assert.equal(services[server][0], "up");
    assert.ok(Number(services["ticks stored"][0]) > 0);
  });

  // A change of the game is seen without a reload and without asking for the document.
  const before = await shown(page, "#tile-attacks .value");
  const asked = () => seen.requests.filter((url) => url.includes("/metrics/current")).length;
  const askedBefore = asked();
  await act("step");
  await act("step");
  await eventually(async () => assert.notEqual(await shown(page, "#tile-attacks .value"), before));
  await eventually(() => checkNumbers(page));
  assert.equal(asked(), askedBefore);
  assert.equal(loads, 1);

  // Charts tell what the history tells, once the steps have ended.
  await eventually(() => checkChart(page, "attacks", ["attacks_successful"]), 45000);
  await eventually(() => checkChart(page, "gold-stock", ["gold"]), 45000);
  const stats = await ask("/api/v1/dashboard/stats?time_window=900");
  await eventually(async () => {
    const players = await rows(page, "#top-players");
    for (const { player_id, actions } of stats.top_players.filter((player) => player.actions > 0)) {
      assert.equal(players[player_id]?.[0], String(actions), player_id);
    }
  });

  // Range, zone and world are chosen, and stand in the address for next time.
  await page.selectOption("#range", "24h");
  await page.click("#zone");
  await eventually(async () => assert.match(await text(page, "#unit-actions"), /in each 12 min|in each 15 min|in each 10 min/));
  assert.match(await text(page, "#zone-name"), /^Times: UTC\./);
  await page.selectOption("#world", "silent");
  await eventually(async () => assert.equal(await page.title(), "all stale – Watchtower · silent"));
  for (const id of ["players", "nomads", "gold", "spice", "dwellings", "attacks", "events"]) {
    assert.equal(await text(page, `#tile-${id} .value`), "–", `${id} is unknown, not zero`);
  }
  for (const section of kSections) {
    assert.match(await text(page, `[data-section="${section}"]`), /never collected: the game could not be reached/);
  }
  assert.equal(new URL(page.url()).hash, "#world=silent&range=24h&times=utc");
  await page.reload();
  await eventually(async () => assert.equal(await page.locator("#world").inputValue(), "silent"));
  assert.equal(await page.locator("#range").inputValue(), "24h");
});
