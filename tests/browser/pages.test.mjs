// Every page of the built site in a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, pages, serve } from "./site.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: "dark" };
const MOST_BYTES = 1.5e6;
let browser, server, address;

before(async () => {
  ({ server, address } = await serve());
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

// What a movable figure shows, without the words of its controls.
const picture = (figure) =>
  figure.evaluate((element) =>
    [...element.querySelectorAll("svg, canvas")]
      .map((drawing) => (drawing.tagName === "CANVAS" ? drawing.toDataURL() : drawing.innerHTML))
      .join("\n"),
  );

// Each way of moving a figure has to change what it shows.
async function changes(figure, name, ...ways) {
  const first = await picture(figure);
  for (const way of ways) {
    await way();
    if ((await picture(figure)) !== first) return;
  }
  assert.fail(`${name} does not change the picture`);
}

async function moveAll(page, figure) {
  for (const slider of await figure.locator("input[type=range]").all()) {
    const name = await slider.locator("xpath=..").innerText();
    await changes(figure, `the slider ${name}`, () => slider.press("End"), () => slider.press("Home"));
  }
  for (const select of await figure.locator("select").all()) {
    const options = await select.locator("option").count();
    const ways = Array.from({ length: options }, (_, index) => () => select.selectOption({ index }));
    await changes(figure, "a choice", ...ways);
  }
  for (const drawing of await figure.locator(".draggable").all()) {
    await changes(figure, "an arrow key", () => drawing.press("ArrowLeft"), () => drawing.press("ArrowUp"));
    const tap = (x, y) => async () => {
      const { width, height } = await drawing.boundingBox();
      await drawing.tap({ position: { x: x * width, y: y * height } });
    };
    await changes(figure, "a touch", tap(0.3, 0.3), tap(0.7, 0.6));
  }
}

test("there are pages", () => assert.ok(pages().includes("")));

for (const path of pages()) {
  const name = path || "home";

  test(`${name} loads without a fault`, async () => {
    const { page, faults, weight } = await open(browser, address, path);
    assert.deepEqual(faults, []);
    const bytes = await weight();
    assert.ok(bytes > 10_000 && bytes <= MOST_BYTES, `${bytes} bytes`);
    await page.close();
  });

  test(`${name} on a phone, in dark colours`, async () => {
    const { page, faults } = await open(browser, address, path, PHONE);
    await page.locator("body[data-md-color-scheme=slate]").waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `the page is ${wide} pixels wide`);
    for (const figure of await page.locator(".movable").all()) {
      assert.notEqual(await picture(figure), "", "a movable figure is empty");
      await moveAll(page, figure);
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

  test(`${name} without JavaScript`, async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address + path);
    const formulas = await page.locator(".arithmatex").count();
    assert.equal(await page.locator(".arithmatex:has(math)").count(), formulas);
    for (const figure of await page.locator(".movable").all()) {
      const { height } = await figure.boundingBox();
      assert.ok(height > 40, `a movable figure leaves ${height} pixels of nothing`);
    }
    await context.close();
  });
}

test("search finds the package", async () => {
  const { page, faults } = await open(browser, address, "");
  await page.keyboard.press("/");
  await page.keyboard.type("encoder");
  await page.locator(".md-search-result__link").first().waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

test("the colours can be changed", async () => {
  const { page } = await open(browser, address, "");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByTitle("Dark colours").click();
  assert.notEqual(await paper(), light);
  await page.close();
});
