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

for (const element of document.querySelectorAll(".movable")) {
  const { default: draw } = await import(`./figures/${element.dataset.figure}.js`);
  element.querySelectorAll(".still").forEach((still) => still.remove());
  await draw(element);
  element.dataset.ready = "";
}
