// By keyboard, on small screens, in light and dark, with a reader, without motion.

import { accessibility, assert, base, eventually, isLive, overflow, text, withPage } from "./browser.mjs";

async function ready(page) {
  await page.goto("about:blank");
  await page.goto(base);
  await isLive(page);
  await eventually(async () => assert.ok(await page.locator("#chart-actions canvas").isVisible()));
}

const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

await withPage({ colorScheme: "light" }, async (page) => {
  await ready(page);
  assert.deepEqual(await accessibility(page), [], "light");
  const light = await ground(page);
  for (const width of [360, 768, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await eventually(async () => assert.deepEqual(await overflow(page), [], `too wide at ${width}`));
  }

  // All that can be chosen is reached by Tab in the order in which it stands, and shows where the focus is.
  await ready(page);
  const walked = [];
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const { id, tagName, textContent } = document.activeElement;
      return { what: id || `${tagName} ${textContent.trim().slice(0, 20)}`, outline: getComputedStyle(document.activeElement).outlineStyle };
    });
    if (here.what.startsWith("BODY")) break;
    assert.notEqual(here.outline, "none", `${here.what} does not show that it has the focus`);
    walked.push(here.what);
  }
  const wanted = ["A To the numbers", "world", "range", "zone", "theme", "SUMMARY Numbers"];
  assert.deepEqual(walked.slice(0, wanted.length), wanted);
  assert.ok(walked.includes("A API documentation"));

  // The theme is chosen by keyboard, and kept.
  await page.focus("#theme");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  assert.equal(await text(page, "#theme"), "Theme: dark");
  assert.notEqual(await ground(page), light);
  assert.deepEqual(await accessibility(page), [], "dark by choice");
  await page.reload();
  assert.equal(await text(page, "#theme"), "Theme: dark");
  assert.notEqual(await ground(page), light);
});

await withPage({ colorScheme: "dark", reducedMotion: "reduce", viewport: { width: 360, height: 740 } }, async (page) => {
  await ready(page);
  assert.deepEqual(await accessibility(page), [], "dark by the system");
  assert.deepEqual(await overflow(page), []);
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".dot")).animationName), "none");
  assert.match(await page.locator("#chart-actions .plot").getAttribute("aria-label"), /^Actions by type, .* in each \d+ s\. At /);
});
