// Three losses of one pixel against the predicted value.
import { chart, slider } from "../plot.js";
import { graph, nearest } from "../shapes.js";

export function gaussian(x, prediction, sigma) {
  return 0.5 * ((x - prediction) / sigma) ** 2 + 0.5 * Math.log(2 * Math.PI * sigma * sigma);
}

export function crossEntropy(x, prediction) {
  return -x * Math.log(prediction) - (1 - x) * Math.log1p(-prediction);
}

// The mean of a continuous Bernoulli with logit η; a series where the formula is ∞ − ∞.
export function meanOf(eta) {
  return Math.abs(eta) < 0.01 ? 0.5 + eta / 12 : 1 / -Math.expm1(-eta) - 1 / eta;
}

export function logitOf(mean) {
  let [lo, hi] = [-1000, 1000];
  for (let i = 0; i < 60; i++) {
    const middle = (lo + hi) / 2;
    if (meanOf(middle) < mean) lo = middle;
    else hi = middle;
  }
  return (lo + hi) / 2;
}

// Against the predicted mean, as the other two.
export function continuousBernoulli(x, mean) {
  const eta = logitOf(mean);
  const [size, sign] = [Math.abs(eta), Math.max(eta, 0)];
  const normalizer = size < 0.01 ? eta / 2 + (eta * eta) / 24 : sign + Math.log(-Math.expm1(-size) / size);
  return normalizer - eta * x;
}

export default function (element) {
  const pixel = slider(element, { label: "pixel x", min: 0.02, max: 0.98, step: 0.02, value: 0.2 }, draw);
  const width = slider(element, { label: "σ of the Gaussian", min: 0.05, max: 1, step: 0.05, value: 0.3 }, draw);
  const losses = chart(element, { x: [0, 1], y: [-3.2, 4], xlabel: "predicted mean", ylabel: "loss (nats)" });

  function draw() {
    const [x, sigma] = [pixel.value, width.value];
    const curves = {
      "Gaussian": (p) => gaussian(x, p, sigma),
      "binary cross-entropy": (p) => crossEntropy(x, p),
      "continuous Bernoulli": (p) => continuousBernoulli(x, p),
    };
    losses.clear().curve([[0, 0], [1, 0]], { color: "currentColor", width: 0.6 });
    losses.curve([[x, -3.2], [x, 4]], { color: "currentColor", dash: "4 4", label: `pixel x = ${x.toFixed(2)}` });
    Object.entries(curves).forEach(([name, loss], i) => {
      const points = graph(loss, 0.004, 0.996, 400);
      const least = points.reduce((best, point) => (point[1] < best[1] ? point : best));
      const cost = loss(Math.min(x + 0.1, 0.996)) - loss(x);
      losses.curve(points, { color: i, label: `${name}: 0.1 too bright costs ${cost.toFixed(3)} nats` });
      losses.dots([least], { color: i, radius: 5 });
    });
  }
  const entropies = graph((x) => crossEntropy(x, x), 0.02, 0.98, 48); // the least cross-entropy
  losses.drag((...place) => {
    pixel.value = entropies[nearest(entropies, place, [1, 7.2])][0];
    draw();
  }, () => [pixel.value, crossEntropy(pixel.value, pixel.value)]);
  draw();
}
