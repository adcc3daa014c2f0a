// What needs a key is forbidden where there is none.

import { assert, base, withPage } from "./browser.mjs";
import { authorize, execute, operation } from "./swagger.mjs";

await withPage({}, async (page) => {
  await page.goto(`${base}/docs`);
  const collect = await operation(page, "post", "/api/v1/metrics/collect");
  assert.equal((await execute(collect)).status, "403");
  await authorize(page, "any-key");
  assert.equal((await execute(collect)).status, "403");
  assert.equal((await execute(await operation(page, "get", "/api/v1/metrics/current"))).status, "200");
});
