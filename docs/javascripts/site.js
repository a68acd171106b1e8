// Brings the movable figures of a page to life.

async function move(element) {
  const { default: draw } = await import(`./figures/${element.dataset.figure}.js`);
  element.querySelectorAll(".still").forEach((still) => still.remove());
  await draw(element);
}

await Promise.all([...document.querySelectorAll(".movable")].map(move));
document.documentElement.dataset.ready = "";
