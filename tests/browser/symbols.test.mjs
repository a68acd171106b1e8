// A symbol of a formula says what it means: to the pointer, to a finger, to the keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { address, browser, open, stage } from "./site.mjs";

const PAGE = "theory/kl/";
stage();

// The first letter of the first formula that has a line of its own.
const letter = (page) => page.locator("div.arithmatex .katex-html .mord.mathnormal").first();

test("under the pointer", async () => {
  const { page, faults } = await open(browser, address, PAGE);
  const note = page.locator(".meaning");
  await letter(page).hover();
  await note.waitFor();
  assert.match(await note.innerText(), /a density of the model/);
  await page.keyboard.press("Escape");
  assert.ok(await note.isHidden());
  assert.deepEqual(faults, []);
  await page.close();
});

test("at a touch", async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
  const { page } = await open(browser, address, PAGE, phone);
  await letter(page).tap();
  const note = page.locator(".meaning");
  await note.waitFor();
  const { x, width } = await note.boundingBox();
  assert.ok(x >= 0 && x + width <= 390);
  await page.locator("h1").tap();
  assert.ok(await note.isHidden());
  await page.close();
});

test("by the keyboard, of a whole formula", async () => {
  const { page } = await open(browser, address, PAGE);
  await page.locator("details.symbols > summary").focus();
  const reached = () => page.evaluate(() => document.activeElement.matches("div.arithmatex"));
  for (let stops = 0; stops < 9 && !(await reached()); stops += 1) await page.keyboard.press("Tab");
  const lines = page.locator(".meaning > p");
  await lines.first().waitFor();
  assert.ok((await lines.count()) >= 4); // KL, p, q, z, …
  await page.close();
});

test("the page of notation has no list of its own", async () => {
  const { page, faults } = await open(browser, address, "theory/notation/");
  assert.equal(await page.locator("details.symbols").count(), 0);
  assert.deepEqual(faults, []);
  await page.close();
});
