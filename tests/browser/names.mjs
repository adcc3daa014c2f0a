// Names of any content are text and stay in their place; amounts keep all their digits.

import { accessibility, assert, base, eventually, overflow, setHostile, shown, text, withPage } from "./browser.mjs";

const kLong = "a".repeat(256); // the collector takes no longer ones
const kNames = [
  `<img src=x onerror="window.hacked=1">`,
  `<script>window.hacked=1</script>`,
  `"><svg/onload=window.hacked=1>`,
  "javascript:window.hacked=1",
  "\u202egnp.exe\u202c\u2066",
  "مرحبا بالعالم",
  "🏕️👩‍👩‍👧‍👦🇫🇷",
  "z̸̢̛̫͙͖̱̟̼͈͗̄̽͊̕a̴̡̛͖̘̹̠̲̪͋͛̓̐͘͜l̶̢̛͔̞̘̥̟͖̽͛̓͊͘g̵̢̛̗̩̦͍͔͔̓̈́͋͘͝o",
  kLong,
  " \t ",
  "line\nbreak\u2028\u0007",
  "__proto__",
  "constructor",
  "12345",
];
const kGold = "9007199254740993.25";

await setHostile("nomads", JSON.stringify({ nomads: kNames.map((player_id, i) => ({
  player_id, last_action: kNames[i], actions: { [kNames[i]]: 100 - i } })) }));
await setHostile("resources", `{"players":[${kNames.map((name, i) => `{"player_id":${JSON.stringify(name)},"gold":${i ? 1 : kGold},"spice":0.000001}`).join()}]}`);
await setHostile("events", JSON.stringify({ events: kNames.map((type, i) => ({ id: `event ${i}`, type, affected_players: i })) }));
await setHostile("dwellings", JSON.stringify({ dwellings: [1, 1, 2, 999, 1000].map((level) => ({ player_id: kNames[0], level })) }));

// Longer ones than the collector lets through, as if it did.
async function lengthen(page) {
  await page.route("**/api/v1/stream*", (route) => route.abort());
  await page.route(/metrics\/current|dashboard\/stats/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(kLong, "a".repeat(10000)) });
  });
}

await withPage({}, async (page) => {
  for (const width of [1440, 360]) {
    if (width === 360) await lengthen(page);
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${base}/#world=hostile`);
    await page.reload();
    await eventually(async () => assert.equal(await shown(page, "#tile-players .value"), String(kNames.length)));
    await eventually(async () => assert.ok(await page.locator("#chart-actions canvas").isVisible()));
    for (const summary of await page.locator("details.numbers summary").all()) await summary.click();
    const names = await page.locator("#top-players tbody th").allTextContents();
    assert.ok(names.includes(kNames[0]), "markup is shown as it is written");
    assert.ok(names.includes(kNames[1]));
    assert.ok(names.some((name) => name.startsWith("aaaa") && name.endsWith("…") && name.length < 100));
    assert.ok(names.some((name) => name.includes("\ufffdgnp.exe")), "what turns text around is replaced");
    assert.ok(!(await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent))));
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.deepEqual(await overflow(page), [], `too wide at ${width}`);
    assert.deepEqual(await accessibility(page), []);
    const heights = await page.locator("#top-players tbody tr").evaluateAll((lines) => lines.map((line) => line.offsetHeight));
    assert.ok(Math.max(...heights) < 2 * Math.min(...heights), `a row grows with its name: ${heights}`);
  }
  const gold = page.locator("#tile-gold .value data");
  assert.equal(await gold.getAttribute("value"), String((BigInt("9007199254740993") + BigInt(kNames.length - 1))) + ".25");
  assert.match(await gold.getAttribute("title"), /^9,007,199,254,741,006\.25$/);
  assert.equal(await text(page, "#tile-gold .value [aria-hidden]"), "9.01 P");
});
