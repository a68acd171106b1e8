// The best decoder for codes of one number, by the width of the posteriors.
import { chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";

// Points (u, sin 2u + noise); the code of a point is its first coordinate.
export function makeData(count, seed) {
  const uniform = generator(seed);
  return Array.from({ length: count }, () => {
    const u = normal(uniform);
    return [u, Math.sin(2 * u) + 0.25 * normal(uniform)];
  });
}

// Mean of the data, weighted by how much their posteriors N(code, s²) have at z.
export function decode(z, data, s) {
  const logs = data.map(([code]) => -0.5 * ((z - code) / s) ** 2);
  const top = Math.max(...logs);
  let [sum, x, y] = [0, 0, 0];
  logs.forEach((log, i) => {
    const weight = Math.exp(log - top);
    sum += weight;
    x += weight * data[i][0];
    y += weight * data[i][1];
  });
  return [x / sum, y / sum];
}

// Mean squared error of decoding the code of each point.
export function squaredError(points, data, s) {
  const errors = points.map(([x, y]) => {
    const [decodedX, decodedY] = decode(x, data, s);
    return (x - decodedX) ** 2 + (y - decodedY) ** 2;
  });
  return errors.reduce((a, b) => a + b) / errors.length;
}

// Density of a code when one of the data is chosen and its posterior drawn from.
export function aggregate(z, data, s) {
  const densities = data.map(([code]) => Math.exp(-0.5 * ((z - code) / s) ** 2));
  return densities.reduce((a, b) => a + b) / (data.length * s * Math.sqrt(2 * Math.PI));
}

const grid = (lo, hi, count) => Array.from({ length: count }, (_, i) => lo + ((hi - lo) * i) / (count - 1));

export default function (element) {
  const data = makeData(30, 11);
  const fresh = makeData(400, 12);
  const format = (v) => (10 ** v).toFixed(3);
  const width = slider(element, {
    label: "width s of q", min: -2.5, max: 0, step: 0.05, value: -2, format,
  }, draw);
  const space = chart(element, { x: [-3, 3], y: [-2, 2], height: 270, xlabel: "x₁", ylabel: "x₂" });
  const codes = chart(element, { x: [-3, 3], y: [0, 1.2], height: 170, xlabel: "z", ylabel: "density" });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");

  function draw() {
    const s = 10 ** width.value;
    const line = grid(-3, 3, 1201).map((z) => decode(z, data, s));
    space.clear();
    space.dots(fresh.slice(0, 120), { color: 7, radius: 1.5, label: "new data" });
    space.curve(line, { color: "var(--decoder)", label: "what the decoder says, from z = −3 to 3" });
    space.dots(data, { color: "currentColor", label: "data" });
    codes.clear();
    codes.curve(grid(-3, 3, 121).map((z) => [z, Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)]), {
      color: "var(--prior)", dash: "6 4", label: "prior",
    });
    codes.curve(grid(-3, 3, 1201).map((z) => [z, aggregate(z, data, s)]), {
      color: "var(--encoder)", fill: true, label: "all posteriors together",
    });
    words.textContent =
      `Squared error at the codes of the data ${squaredError(data, data, s).toFixed(3)}, ` +
      `of new data ${squaredError(fresh, data, s).toFixed(3)}.`;
  }
  draw();
}
