// Renders the formulas of a page, and brings its movable figures to life.
import { macros } from "./macros.js";

for (const element of document.querySelectorAll(".arithmatex")) {
  const source = element.textContent.trim(); // \(…\) or \[…\]
  window.katex.render(source.slice(2, -2), element, {
    displayMode: source.startsWith("\\["),
    macros: { ...macros },
    throwOnError: true,
  });
}

async function move(element) {
  const { default: draw } = await import(`./figures/${element.dataset.figure}.js`);
  element.querySelectorAll(".still").forEach((still) => still.remove());
  await draw(element);
}

await Promise.all([...document.querySelectorAll(".movable")].map(move));
document.documentElement.dataset.ready = "";
