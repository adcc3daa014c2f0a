// The documentation is read and tried out without another host.

import { assert, base, eventually, withPage } from "./browser.mjs";

await withPage({}, async (page) => {
  await page.goto(`${base}/docs`);
  const operation = page.locator(".opblock", { has: page.locator('[data-path="/api/v1/metrics/current"]') });
  await operation.locator(".opblock-summary-control").click();
  await operation.locator("button.execute").click();
  await eventually(async () => assert.equal((await operation.locator(".live-responses-table .response-col_status").last().textContent()).trim().slice(0, 3), "200"));
  assert.match(await operation.locator(".live-responses-table").textContent(), /total_nomads/);
});
