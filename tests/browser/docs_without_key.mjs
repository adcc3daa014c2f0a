// What needs a key is forbidden where there is none. The documentation is light or dark as the system has it, or as it
// was chosen on the live page.

import { assert, base, eventually, withPage } from "./browser.mjs";
import { authorize, execute, operation } from "./swagger.mjs";

const isDark = (page, wanted) => eventually(async () => {
  const [red] = (await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).match(/\d+/g).map(Number);
  assert.equal(await page.evaluate(() => document.documentElement.classList.contains("dark-mode")), wanted);
  if (wanted) assert.ok(red < 80, `the ground is ${red}`);
});

await withPage({ colorScheme: "light" }, async (page) => {
  await page.goto(`${base}/docs`);
  const collect = await operation(page, "post", "/api/v1/metrics/collect");
  assert.equal((await execute(collect)).status, "403");
  await authorize(page, "any-key");
  assert.equal((await execute(collect)).status, "403");
  assert.equal((await execute(await operation(page, "get", "/api/v1/metrics/current"))).status, "200");

  await isDark(page, false);
  await page.emulateMedia({ colorScheme: "dark" });
  await isDark(page, true);
  await page.evaluate(() => localStorage.setItem("watchtower.theme", "light"));
  await page.reload();
  await isDark(page, false);
});
