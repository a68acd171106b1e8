// Brings the movable figures of a page to life.

async function move(element) {
  const { default: draw } = await import(`./figures/${element.dataset.figure}.js`);
  element.querySelectorAll(".still").forEach((still) => still.remove());
  await draw(element);
  announce(element);
}

// Where no words of a figure say what it shows, the numbers of its legends do.
function announce(element) {
  if (element.querySelector("[aria-live], .answer output")) return;
  const said = Object.assign(document.createElement("p"), { className: "said" });
  said.setAttribute("aria-live", "polite");
  element.append(said);
  let waiting;
  const observer = new MutationObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const entries = [...element.querySelectorAll(".legend span")].map((entry) => entry.textContent);
      said.textContent = entries.filter((entry) => /\d/.test(entry)).join("; ");
    }, 500);
  });
  for (const legend of element.querySelectorAll(".legend")) observer.observe(legend, { childList: true });
}

await Promise.all([...document.querySelectorAll(".movable")].map(move));
document.documentElement.dataset.ready = "";
