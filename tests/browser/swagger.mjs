// Swagger UI as somebody uses it.

import { assert, eventually } from "./browser.mjs";

// The operation, opened.
export async function operation(page, method, path) {
  const one = page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });
  await one.locator(".opblock-summary-control").click();
  await one.locator("button.execute").waitFor();
  return one;
}

// {status, text} of the answer.
export async function execute(one) {
  const clear = one.locator("button.btn-clear");
  if (await clear.count()) await clear.click();
  await one.locator("button.execute").click();
  const status = one.locator(".live-responses-table .response-col_status").last();
  await eventually(async () => assert.match((await status.textContent()).trim(), /^\d{3}/));
  return { status: (await status.textContent()).trim().slice(0, 3), text: await one.locator(".live-responses-table").textContent() };
}

const dialog = (page) => page.locator(".modal-ux").first();

// With the first of the ways that are offered.
export async function authorize(page, key) {
  await page.locator(".auth-wrapper .btn.authorize").first().click();
  await dialog(page).locator("input").first().fill(key);
  await dialog(page).locator("button[type=submit]").first().click();
  await dialog(page).locator(".btn-done").first().click();
}

export async function signOut(page) {
  await page.locator(".auth-wrapper .btn.authorize").first().click();
  await dialog(page).locator(".auth-btn-wrapper .btn:not(.btn-done)").first().click();
  await dialog(page).locator(".btn-done").first().click();
}
