// A server that wants a key gets one, and nobody else does.

import { assert, base, eventually, isLive, shown, text, withPage } from "./browser.mjs";

const kKey = "the-key-of-the-wall";

await withPage({}, async (page, seen) => {
  await page.goto(base);
  await eventually(async () => assert.ok(await page.locator("#key-form").isVisible()));
  assert.equal(await page.evaluate(() => document.activeElement.id), "key");
  assert.match(await page.title(), /^key wanted/);
  assert.equal(await shown(page, "#tile-nomads .value"), null);

  await page.fill("#key", "another-key");
  await page.keyboard.press("Enter");
  await eventually(async () => assert.match(await text(page, "#key-reason"), /did not take this key/));

  await page.fill("#key", kKey);
  await page.keyboard.press("Enter");
  await isLive(page);
  await eventually(async () => assert.notEqual(await shown(page, "#tile-nomads .value"), null));
  await eventually(async () => assert.ok(await page.locator("#chart-actions canvas").isVisible()));
  assert.equal(await page.locator("#key-form").isVisible(), false);
  assert.equal(seen.requests.filter((url) => url.includes(kKey)).length, 0, "a key in an address");
  assert.ok(!page.url().includes(kKey));
  assert.equal(await page.evaluate((key) => JSON.stringify(localStorage).includes(key) || document.cookie.includes(key), kKey), false);

  await page.reload();
  await isLive(page);
  await page.click("#forget");
  await eventually(async () => assert.ok(await page.locator("#key-form").isVisible()));
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.equal(await shown(page, "#tile-nomads .value"), null);
});
