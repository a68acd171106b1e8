// Every page of the built site in a real browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as looks from "./looks.mjs";
import { address, browser, open, pages, stage } from "./site.mjs";

const PHONE = {
  viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: "dark", reducedMotion: "reduce",
};
const ARROWS = ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"];
const MOST_BYTES = 1.5e6;
const MOST_SHIFT = 0.1;
// Words that one looks up, and the page that explains them.
const EXPLAINED = {
  elbo: "theory/elbo", collapse: "theory/beta", reparameterization: "theory/reparameterization",
  likelihood: "theory/likelihoods", annealing: "theory/beta", "posterior collapse": "theory/beta",
};
stage();

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
    for (let look = 0; look < 5; look++) {
      if ((await picture(figure)) !== first) return;
      await figure.page().waitForTimeout(30); // a tap becomes a click a little later
    }
  }
  assert.fail(`${name} does not change the picture`);
}

// The numbers on the axes of a figure, and the points that lie outside of them.
const axes = (figure) =>
  figure.locator(".axes").evaluateAll((all) => all.map((one) => one.textContent).join("; "));
const outside = (figure) =>
  figure.locator(".chart svg").evaluateAll((charts) => {
    const number = (node, name) => Number(node.getAttribute(name));
    return charts.flatMap((chart) => {
      const frame = chart.querySelector("clipPath rect");
      const out = (point, at, side) => {
        const along = number(point, at) - number(frame, at.at(-1));
        return along < -1 || along > number(frame, side) + 1;
      };
      return [...chart.querySelectorAll("circle")]
        .filter((point) => out(point, "cx", "width") || out(point, "cy", "height"))
        .map((point) => point.outerHTML);
    });
  });

// Whatever is chosen, the axes stay and hold every point.
async function holds(figure) {
  const first = await axes(figure);
  const sliders = await figure.locator("input[type=range]").all();
  for (let ends = 0; ends < 2 ** sliders.length; ends++) {
    for (const [i, slider] of sliders.entries()) await slider.press((ends >> i) % 2 ? "End" : "Home");
    assert.equal(await axes(figure), first, "axes change while a slider moves");
    assert.deepEqual(await outside(figure), []);
  }
}

// What moves a figure is near its top.
async function begins(figure) {
  const box = await figure.boundingBox();
  const control = figure.locator("input, select, button, [role=slider]").first();
  const { y } = await control.boundingBox();
  assert.ok(y - box.y < 350, `what moves a figure comes ${Math.round(y - box.y)} pixels below its top`);
}

async function moveAll(page, figure) {
  for (const select of await figure.locator("select").all()) {
    const options = await select.locator("option").count();
    const ways = Array.from({ length: options }, (_, index) => () => select.selectOption({ index }));
    await changes(figure, "a choice", ...ways);
  }
  for (const slider of await figure.locator("input[type=range]").all()) {
    const name = await slider.locator("xpath=..").innerText();
    await changes(figure, `the slider ${name}`, () => slider.press("End"), () => slider.press("Home"));
  }
  for (const drawing of await figure.locator(".draggable").all()) {
    const point = figure.locator(".draggable[role=slider]").or(drawing.locator("[role=slider]")).first();
    const says = await point.getAttribute("aria-valuetext");
    await changes(figure, "an arrow key", ...ARROWS.map((key) => () => point.press(key)));
    for (const key of ARROWS) if ((await point.getAttribute("aria-valuetext")) === says) await point.press(key);
    assert.notEqual(await point.getAttribute("aria-valuetext"), says, "the point does not say where it is");
    await swipe(page, figure, drawing);
    const tap = (x, y) => async () => {
      const { width, height } = await drawing.boundingBox();
      await drawing.tap({ position: { x: x * width, y: y * height } });
    };
    await changes(figure, "a touch", tap(0.3, 0.3), tap(0.7, 0.6), tap(0.5, 0.8));
  }
}

const scrolled = (page) => page.evaluate(() => Math.round(scrollY));

// A finger that slides over a figure takes the page with it; one on the handle takes the handle.
async function swipe(page, figure, drawing) {
  const session = await page.context().newCDPSession(page);
  const touch = (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  async function slide(x, y, up, aside = 0) {
    await touch("touchStart", { x, y });
    for (let part = 1; part <= 6; part++) {
      await touch("touchMove", { x: x + (aside * part) / 6, y: y - (up * part) / 6 });
      await page.waitForTimeout(20);
    }
    await page.waitForTimeout(150); // a finger that rests throws nothing
    await touch("touchEnd");
    await page.waitForTimeout(50);
  }
  await drawing.evaluate((element) => element.scrollIntoView({ block: "center" }));
  const [first, start] = [await picture(figure), await scrolled(page)];
  const { x, y, width, height } = await drawing.boundingBox();
  const grip = drawing.locator(".handle, .grip");
  const right = (await grip.boundingBox()).x < x + width / 2; // where the handle is not
  await slide(x + (right ? 0.85 : 0.2) * width, y + 0.7 * height, 120);
  assert.ok((await scrolled(page)) > start, "the page does not scroll over a figure");
  assert.equal(await picture(figure), first, "a figure moves with the page");
  const box = await grip.boundingBox();
  const rest = await scrolled(page);
  await slide(box.x + box.width / 2, box.y + box.height / 2, 60, right ? 60 : -60);
  assert.equal(await scrolled(page), rest, "the page scrolls with a handle");
  assert.notEqual(await picture(figure), first, "a handle does not follow the finger");
}

// Nothing to find by any of these.
async function clean(page, ...names) {
  for (const name of names) assert.deepEqual(await page.evaluate(looks[name]), [], name);
}

async function fits(page, ...widths) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    const narrow = page.waitForFunction((most) => document.documentElement.scrollWidth <= most, width, { timeout: 2000 });
    await narrow.catch(() => assert.fail(`the page is wider than ${width} pixels`));
  }
}

async function rests(page) {
  const [moved, names] = await page.evaluate(looks.shift);
  assert.ok(moved <= MOST_SHIFT, `what was seen moved by ${moved.toFixed(2)} while loading: ${names}`);
}

test("there are pages", () => assert.ok(pages().includes("")));

for (const path of pages()) {
  const name = path || "home";

  test(`${name} loads without a fault`, async () => {
    const { page, faults, weight } = await open(browser, address, path);
    assert.deepEqual(faults, []);
    const bytes = await weight();
    assert.ok(bytes > 10_000 && bytes <= MOST_BYTES, `${bytes} bytes`);
    await rests(page);
    await clean(page, "inVain", "longLines", "faintWords", "hyphens", "outside");
    await fits(page, 768, 1280, 1920);
    await page.close();
  });

  test(`${name} on a phone, in dark colours`, async () => {
    const { page, faults } = await open(browser, address, path, PHONE);
    await page.locator("body[data-md-color-scheme=slate]").waitFor();
    await rests(page);
    await clean(page, "inVain", "slabs", "faintWords", "cut", "silent", "tight");
    await fits(page, 360);
    await clean(page, "smallWords");
    await fits(page, 390);
    await clean(page, "smallWords", "longFormulas");
    for (const figure of await page.locator(".movable").all()) {
      assert.notEqual(await picture(figure), "", "a movable figure is empty");
      await begins(figure);
      await moveAll(page, figure);
      await holds(figure);
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

test("search finds the page that explains a word, and shows no TeX", async () => {
  for (const [word, found] of Object.entries(EXPLAINED)) {
    const { page, faults } = await open(browser, address, "");
    await page.keyboard.press("/");
    await page.locator(".md-search__input").pressSequentially(word);
    const first = page.locator(`.md-search-result__item:first-child > a[href*="${found}/"]`).first();
    await first.waitFor({ timeout: 20_000 }).catch(() => assert.fail(`${word} does not find ${found}`));
    const text = await page.locator(".md-search-result__list").innerText();
    assert.doesNotMatch(text, /\\[a-z]+|\$/);
    assert.deepEqual(faults, []);
    await page.close();
  }
});

test("a phone that is turned has charts of its width", async () => {
  const { page, faults } = await open(browser, address, "theory/elbo/", { ...PHONE, viewport: { width: 844, height: 390 } });
  const figure = page.locator(".movable[data-figure=elbo]");
  await figure.locator("input[type=range]").first().press("End");
  const wide = await picture(figure);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => document.querySelector(".chart svg").viewBox.baseVal.width < 390);
  await clean(page, "smallWords");
  assert.deepEqual(await outside(figure), []);
  await page.setViewportSize({ width: 844, height: 390 });
  await page.waitForFunction(() => document.querySelector(".chart svg").viewBox.baseVal.width > 390);
  assert.equal(await picture(figure), wide);
  assert.deepEqual(faults, []);
  await page.close();
});

test("a training plays, and rests where it is stopped", async () => {
  const { page, faults } = await open(browser, address, "theory/beta/");
  const figure = page.locator(".movable[data-figure=playback]");
  const step = () => figure.locator("input[type=range]").inputValue().then(Number);
  const last = await step();
  const button = figure.locator("button");
  await button.click();
  await page.waitForFunction(() => document.querySelector(".movable input[type=range]").value > 1);
  await button.click();
  const stopped = await step();
  assert.ok(stopped < last);
  await page.waitForTimeout(200);
  assert.equal(await step(), stopped);
  assert.deepEqual(faults, []);
  await page.close();
});

for (const path of ["", "theory/elbo/"]) {
  test(`few keys lead to the figure of ${path || "home"}, and one sees where they are`, async () => {
    const { page } = await open(browser, address, path, { reducedMotion: "reduce" });
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.className), /md-skip/);
    await page.keyboard.press("Enter");
    const inside = () => page.evaluate(() => document.activeElement.closest(".movable") !== null);
    for (let keys = 0; !(await inside()); keys++) {
      assert.ok(keys < 9, "it takes more than eight keys");
      await page.keyboard.press("Tab");
    }
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(ring, "none");
    await page.close();
  });
}

test("the colours can be changed", async () => {
  const { page } = await open(browser, address, "");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByTitle("Dark colours").click();
  assert.notEqual(await paper(), light);
  await page.close();
});
