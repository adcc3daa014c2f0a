// The documentation is read and tried out without another host, with a key where one is needed.

import { assert, base, overflow, withPage } from "./browser.mjs";
import { authorize, execute, operation, signOut } from "./swagger.mjs";

const kKey = "the-key-of-the-wall";

await withPage({}, async (page, seen) => {
  await page.goto(`${base}/docs`);
  const current = await operation(page, "get", "/api/v1/metrics/current");
  const refused = await execute(current);
  assert.equal(refused.status, "401");
  assert.match(refused.text, /www-authenticate: Bearer/);
  assert.match(refused.text, /needs an API key/);

  await authorize(page, "a-wrong-key");
  assert.equal((await execute(current)).status, "401");
  await signOut(page);
  await authorize(page, kKey);
  const answer = await execute(current);
  assert.equal(answer.status, "200");
  assert.match(answer.text, /total_nomads/);
  const collect = await operation(page, "post", "/api/v1/metrics/collect");
  assert.equal((await execute(collect)).status, "202");
  const player = await operation(page, "get", "/api/v1/players/{player_id}");
  assert.equal((await execute(player)).status, "200");

  assert.equal(seen.requests.filter((url) => url.includes(kKey)).length, 0, "a key in an address");
  assert.equal(await page.evaluate((key) => (JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie).includes(key), kKey), false);
  await page.reload();
  assert.equal((await execute(await operation(page, "get", "/api/v1/metrics/current"))).status, "401", "a key is forgotten with the page");
  await page.setViewportSize({ width: 360, height: 740 });
  assert.deepEqual(await overflow(page), []);
});
