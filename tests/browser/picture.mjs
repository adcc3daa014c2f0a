// usage: PACKAGES=… node picture.mjs PAGE FILE
// A picture of the live page as it is now.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

const [page, file] = process.argv.slice(2);
process.env.PACKAGES = `${process.cwd()}/${process.env.PACKAGES}`;
process.env.PAGE = page;
const { eventually, assert, withPage } = await import("./browser.mjs");

mkdirSync(dirname(file), { recursive: true });
await withPage({ colorScheme: "dark", viewport: { width: 1440, height: 1200 } }, async (tab) => {
  await tab.goto(`${page}/#range=15m`);
  await eventually(async () => assert.equal(await tab.locator("figure:not(.empty) canvas").count(), 8));
  await tab.screenshot({ path: file });
});
