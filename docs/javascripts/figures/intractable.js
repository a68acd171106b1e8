// The joint density of z ~ N(0, 1), x|z ~ N(2z, 0.4²), and p(x) from draws of z.
import { button, chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";

export const SLOPE = 2;
export const NOISE = 0.4;
const VARIANCE = SLOPE ** 2 + NOISE ** 2;

export function density(value, mean, sd) {
  return Math.exp(-0.5 * ((value - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
}

export function exact(x) {
  return {
    evidence: density(x, 0, Math.sqrt(VARIANCE)),
    mean: (SLOPE * x) / VARIANCE,
    sd: NOISE / Math.sqrt(VARIANCE),
  };
}

// On the way from the prior (share 0) to the posterior (share 1).
export function proposal(x, share) {
  const posterior = exact(x);
  return { mean: share * posterior.mean, sd: 1 - share + share * posterior.sd };
}

// Importance weights p(x|z) p(z) / q(z) of z = mean + sd · noise.
export function weights(x, q, noise) {
  return noise.map((e) => {
    const z = q.mean + q.sd * e;
    return (density(x, SLOPE * z, NOISE) * density(z, 0, 1)) / density(z, q.mean, q.sd);
  });
}

// Mean of the first n values, for each n.
export function runningMeans(values) {
  let sum = 0;
  return values.map((value, i) => (sum += value) / (i + 1));
}

export function effectiveDraws(values) {
  const sum = values.reduce((a, b) => a + b, 0);
  return sum ** 2 / values.reduce((a, b) => a + b * b, 0);
}

const DRAWS = 300;
const SLICES = 3;

export default function (element) {
  const name = (share) => (share === 0 ? "prior" : share === 1 ? "posterior" : share.toFixed(2));
  const controls = {
    share: slider(element, { label: "draw z from", min: 0, max: 1, step: 0.05, value: 0, format: name }, draw),
    x: slider(element, { label: "observed x", min: -5, max: 5, step: 0.1, value: 3 }, draw),
  };
  const joint = chart(element, { x: [-3, 3], y: [-6, 6], height: 300, xlabel: "z", ylabel: "x" });
  const estimate = chart(element, {
    x: [0, DRAWS], y: [0, 3], height: 180, xlabel: "draws", ylabel: "estimate / p(x)",
  });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");
  joint.drag((_, x) => {
    controls.x.value = x;
    draw();
  }, () => [-2.6, controls.x.value]);
  const uniform = generator(20);
  let noise = [];
  const again = () => {
    noise = Array.from({ length: DRAWS }, () => normal(uniform));
    draw();
  };
  button(element, "draw again", again);

  function draw() {
    const [share, x] = [controls.share.value, controls.x.value];
    const [posterior, q] = [exact(x), proposal(x, share)];
    const peak = density(0, 0, NOISE) * density(0, 0, 1);
    joint.clear();
    joint.heat((z, height) => (0.7 * density(height, SLOPE * z, NOISE) * density(z, 0, 1)) / peak, { color: 4 });
    joint.curve([[-3, x], [3, x]], { color: "currentColor", width: 1.5, label: "observed x" });
    const shown = noise.slice(0, SLICES).map((e) => q.mean + q.sd * e);
    shown.forEach((z, i) => {
      joint.curve([[z, -6], [z, 6]], { color: "var(--decoder)", width: 0.5 });
      const slice = Array.from({ length: 81 }, (_, j) => {
        const height = SLOPE * z + NOISE * (j / 10 - 4);
        return [z + 0.5 * density(height, SLOPE * z, NOISE), height];
      });
      joint.curve(slice, { color: "var(--decoder)", label: i === 0 ? "p(x|z) of three draws" : "" });
    });
    joint.dots(shown.map((z) => [z + 0.5 * density(x, SLOPE * z, NOISE), x]), { color: "currentColor", radius: 4 });

    const w = weights(x, q, noise);
    const means = runningMeans(w).map((mean, i) => [i + 1, mean / posterior.evidence]);
    estimate.clear();
    estimate.curve([[0, 1], [DRAWS, 1]], { color: "var(--exact)", dash: "6 4", label: "p(x)" });
    estimate.curve(means, { color: 0, label: "mean of the weights so far" });
    const error = 100 * (means.at(-1)[1] - 1);
    words.textContent =
      `p(x) = ${posterior.evidence.toPrecision(3)}. After ${DRAWS} draws the estimate is off by ` +
      `${Math.abs(error).toFixed(1)} %, and the draws are worth ${effectiveDraws(w).toFixed(0)}.`;
  }
  again();
}
