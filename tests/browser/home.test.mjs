// The home page: a picture that moves without scrolling, soon, and with few bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { address, browser, open, stage } from "./site.mjs";

const SCREENS = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];
const MOST_BYTES = 500_000;
const MOST_SHIFT = 0.1;
const STILL = { reducedMotion: "reduce" };
stage();

const figure = (page) => page.locator(".hero .explorer");
const plane = (page) => page.locator(".explorer .latent");
const place = (page) => page.locator(".explorer .says p").innerText();
const walking = (page) => page.getByRole("button", { name: /Pause|Walk/ });

// Whether the picture differs from what it is a second later.
async function moves(page) {
  const first = await figure(page).screenshot();
  await page.waitForTimeout(1000);
  return !first.equals(await figure(page).screenshot());
}

// Notes when the point is first moved from where it was put, and what shifts.
function watch() {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  const places = new Set();
  new MutationObserver(() => {
    const point = document.querySelector(".explorer .grip");
    if (point?.style.left) places.add(`${point.style.left} ${point.style.top}`);
    if (places.size > 1) window.moved ??= performance.now() / 1000;
  }).observe(document, { attributes: true, childList: true, subtree: true });
}

for (const viewport of SCREENS) {
  const size = `${viewport.width}×${viewport.height}`;

  test(`at ${size} a picture moves without scrolling`, async (t) => {
    const context = await browser.newContext({ viewport });
    await context.addInitScript(watch);
    const { page, faults, weight } = await open(context, address, "", {});
    const { x, y, width, height } = await figure(page).boundingBox();
    assert.ok(x >= 0 && y >= 0, "the figure begins outside");
    assert.ok(x + width <= viewport.width && y + height <= viewport.height, "it ends outside");
    assert.ok(await moves(page), "nothing moves");
    const { moved, shift } = await page.evaluate(() => ({ moved: window.moved, shift: window.shift }));
    const bytes = await weight();
    t.diagnostic(`moves after ${moved.toFixed(2)} s; ${bytes} bytes; layout shift ${shift.toFixed(3)}`);
    assert.ok(bytes > 100_000 && bytes <= MOST_BYTES, `${bytes} bytes`);
    assert.ok(shift <= MOST_SHIFT, `a layout shift of ${shift}`);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test(`at ${size} nothing moves for those who prefer that`, async () => {
    const { page, faults } = await open(browser, address, "", { viewport, ...STILL });
    assert.ok(!(await moves(page)), "the picture moves");
    assert.deepEqual(faults, []);
    await page.close();
  });
}

test("each arrow key moves the point, and others do not", async () => {
  const { page } = await open(browser, address, "", STILL);
  let last = await place(page);
  for (const key of ["ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp"]) {
    await plane(page).press(key);
    assert.notEqual(await place(page), last, key);
    last = await place(page);
    assert.ok(last.startsWith(await plane(page).getAttribute("aria-valuetext")));
  }
  await plane(page).press("a");
  assert.equal(await place(page), last);
  await page.close();
});

test("the walk pauses at a button, at a key, where it is dragged and out of sight", async () => {
  const { page } = await open(browser, address, "");
  const walks = async () => {
    const here = await place(page);
    await page.waitForTimeout(500);
    return here !== (await place(page));
  };
  for (const stop of [
    () => walking(page).click(),
    () => plane(page).press("ArrowUp"),
    () => plane(page).click({ position: { x: 150, y: 200 } }),
    () => page.evaluate(() => window.scrollTo(0, 1e6)),
  ]) {
    assert.ok(await walks(), "it does not go on after Walk");
    await stop();
    await page.waitForTimeout(300);
    assert.ok(!(await walks()), `it goes on after ${stop}`);
    if ((await walking(page).innerText()).includes("Walk")) await walking(page).click();
  }
  await page.close();
});

test("a finger drags the point, and scrolls the page elsewhere", async () => {
  const options = { viewport: SCREENS[0], hasTouch: true, ...STILL };
  const { page } = await open(browser, address, "", options);
  const client = await page.context().newCDPSession(page);
  const swipe = async (x, y, down) => {
    const touch = (type, at) =>
      client.send("Input.dispatchTouchEvent", { type, touchPoints: at === null ? [] : [{ x, y: y + at }] });
    await touch("touchStart", 0);
    for (let step = 1; step <= 8; step++) await touch("touchMove", (step * down) / 8);
    await touch("touchEnd", null);
    await page.waitForTimeout(300);
  };
  const scrolled = () => page.evaluate(() => window.scrollY);
  const grip = await page.locator(".explorer .grip").boundingBox();
  assert.ok(grip.width >= 44 && grip.height >= 44, "too small for a finger");
  const start = await place(page);
  await swipe(grip.x + grip.width / 2, grip.y + grip.height / 2, 60);
  assert.notEqual(await place(page), start);
  assert.equal(await scrolled(), 0);
  const dragged = await place(page);
  const { x, y, width, height } = await plane(page).boundingBox();
  await swipe(x + width / 4, y + height - 30, -200);
  assert.ok((await scrolled()) > 50, "the page does not scroll over the plane");
  assert.equal(await place(page), dragged);
  await page.close();
});

test("the codes can be shown instead", async () => {
  const { page } = await open(browser, address, "", STILL);
  // What the next frame has drawn: a click returns before.
  const field = () =>
    page.locator(".latent canvas").evaluate(
      (canvas) => new Promise((done) => requestAnimationFrame(() => done(canvas.toDataURL()))),
    );
  const pictures = await field();
  const codes = page.getByRole("button", { name: "Codes" });
  await codes.click();
  assert.notEqual(await field(), pictures);
  await codes.click();
  assert.equal(await field(), pictures);
  await page.close();
});

test("an address without a page helps", async () => {
  const page = await browser.newPage();
  const answer = await page.goto(`${address}theory/no-such-page/`, { waitUntil: "networkidle" });
  assert.equal(answer.status(), 404);
  const places = page.locator("article li a");
  for (const link of await places.all()) {
    const found = await page.request.get(await link.evaluate((element) => element.href));
    assert.equal(found.status(), 200, await link.innerText());
  }
  assert.equal(await places.count(), (await page.locator(".md-tabs__item").count()) - 1);
  await page.keyboard.press("/");
  await page.keyboard.type("encoder");
  await page.locator(".md-search-result__link").first().waitFor();
  await page.close();
});

test("the source of a page is published with it", async () => {
  const { page, faults } = await open(browser, address, "");
  const button = page.getByTitle("View source of this page");
  const source = await page.request.get(await button.evaluate((link) => link.href));
  assert.equal(source.status(), 200);
  assert.match(await source.text(), /^---[\s\S]*keras_vae\.VAE\(encoder, decoder\)/);
  assert.deepEqual(faults, []);
  await page.close();
});
