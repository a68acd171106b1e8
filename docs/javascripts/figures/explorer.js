// A walk through the latent plane of a trained model: the decoder answers with a picture.
import { decode, load, logPrior, paint, radius } from "../decoder.js";
import { chart } from "../plot.js";

function circle(r) {
  return Array.from({ length: 121 }, (_, i) => {
    const angle = (i / 60) * Math.PI;
    return [r * Math.cos(angle), r * Math.sin(angle)];
  });
}

// The code whose picture is the least grey, of a few inside the ring of 90 %.
function clearest(network, points) {
  const inside = points.map(([x, y]) => [x, y]).filter((z) => Math.hypot(...z) < radius(0.9));
  const contrast = (z) => decode(network, z).reduce((sum, mean) => sum - mean * (1 - mean), 0);
  const candidates = inside.slice(0, 50).map((z) => [contrast(z), z]);
  return candidates.reduce((a, b) => (b[0] > a[0] ? b : a), [-Infinity, [0, 0]])[1];
}

export default async function (element) {
  const source = element.dataset.source ?? new URL("../../assets/explorer.json", import.meta.url);
  const answer = await fetch(source);
  const { layers, image: [height, width], points } = await answer.json();
  const network = load(layers);

  const side = Object.assign(document.createElement("div"), { className: "answer" });
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The mean of p(x|z) at the chosen z");
  const words = document.createElement("output");
  side.append(canvas, words);

  const plane = chart(element, {
    x: [-3.5, 3.5], y: [-3.5, 3.5], width: 360, height: 344, xlabel: "z₁", ylabel: "z₂",
    title: "Latent plane: move the point by mouse, touch or arrow keys",
  });
  element.append(side);
  element.classList.add("beside");

  const picked = { z: clearest(network, points) };
  const draw = (...z) => {
    picked.z = z;
    plane.clear();
    for (let digit = 0; digit < 10; digit++) {
      const codes = points.filter((point) => point[2] === digit).map(([x, y]) => [x, y]);
      plane.dots(codes, { color: digit, radius: 2.2, label: `${digit}` });
    }
    for (const share of [0.5, 0.9, 0.99]) {
      const r = radius(share);
      plane.curve(circle(r), { color: "currentColor", width: 1, dash: "3 3" });
      plane.text(0, r - 0.05, `${Math.round(100 * share)} %`, { anchor: "middle" });
    }
    plane.dots([z], { color: "var(--paper)", radius: 9 }).dots([z], { color: 1, radius: 7 });
    paint(canvas, decode(network, z));
    const [first, second] = z.map((value) => value.toFixed(2).replace("-", "−"));
    words.textContent = `z = (${first}, ${second})\nlog p(z) = −${(-logPrior(z)).toFixed(2)} nats`;
  };
  plane.drag(draw, picked.z);
  draw(...picked.z);
}
