// Writes how high the movable figures of the built site are, so that a page keeps their place free
// while it loads. To be run when pages.test.mjs says that what was seen has moved.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch, open, pages, serve } from "./site.mjs";

const FILE = fileURLToPath(new URL("../../docs/stylesheets/figures.css", import.meta.url));
const { server, address } = await serve();
const browser = await launch();

async function heights(width) {
  const found = {};
  for (const path of pages()) {
    const { page } = await open(browser, address, path, { viewport: { width, height: 900 } });
    await page.addStyleTag({ content: ".movable { min-height: 0 !important; }" });
    for (const figure of await page.locator(".movable:not(.explorer)").all()) {
      const name = await figure.getAttribute("data-figure");
      found[name] = Math.floor((await figure.boundingBox()).height);
    }
    await page.close();
  }
  return found;
}

const rules = (found, indent) =>
  Object.entries(found)
    .sort()
    .map(([name, height]) => `${indent}.movable[data-figure="${name}"] {\n${indent}  min-height: ${height}px;\n${indent}}\n`)
    .join("\n");

const [wide, narrow] = [await heights(1280), await heights(390)];
await browser.close();
server.close();
writeFileSync(
  FILE,
  `/* Written by tests/browser/heights.mjs: the place of each movable figure before it is drawn. */
@media (scripting: enabled) {
${rules(wide, "  ")}
  @media (max-width: 600px) {
${rules(narrow, "    ")}  }
}
`,
);
