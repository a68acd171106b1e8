// The optimum of the linear VAE for every β and σ²: units, rate and distortion, posteriors.
import { chart, slider } from "../plot.js";
import { ellipse } from "../shapes.js";

export const spectrum = [4, 2, 0.5, 0.3, 0.2];

// Nats per example, at the best weights.
export function optimum(eigenvalues, variance, beta) {
  const e = beta * variance;
  const active = eigenvalues.filter((value) => value > e);
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  const error = total - active.reduce((sum, value) => sum + value - e, 0);
  const rate = 0.5 * active.reduce((sum, value) => sum + Math.log(value / e), 0);
  const constant = eigenvalues.length * Math.log(2 * Math.PI * variance);
  return { active: active.length, distortion: 0.5 * (constant + error / variance), rate };
}

// What the unit on an axis makes of an example t standard deviations from the centre.
export function posterior(eigenvalue, e, t) {
  const share = Math.min(e / eigenvalue, 1);
  return { mean: Math.sqrt(1 - share) * t, variance: share };
}

export default function (element) {
  const faint = "var(--md-default-fg-color--lighter)";
  const units = chart(element, {
    x: [0.4, 5.6], y: [0, 4.4], height: 190, xlabel: "latent unit", ylabel: "eigenvalue",
  });
  const plane = chart(element, { x: [0, 6], y: [0, 9], height: 240, xlabel: "rate (nats)", ylabel: "distortion (nats)" });
  const latent = chart(element, { x: [-3, 3], y: [-3, 3], width: 340, height: 342, xlabel: "unit 1", ylabel: "unit 2" });
  const examples = Array.from({ length: 8 }, (_, i) => [1.5 * Math.cos((Math.PI * i) / 4), 1.5 * Math.sin((Math.PI * i) / 4)]);

  function draw() {
    const [beta, variance] = [10 ** logBeta.value, noise.value];
    const e = beta * variance;
    units.clear();
    spectrum.forEach((value, i) => {
      const bar = [[i + 0.7, value], [i + 1.3, value]];
      units.curve(bar, { color: value > e ? 0 : faint, fill: true, width: 3 });
    });
    units.curve([[0.4, e], [5.6, e]], { color: 1, dash: "6 4", label: `βσ² = ${e.toFixed(2)}` });

    const frontier = Array.from({ length: 161 }, (_, i) => optimum(spectrum, variance, 10 ** (-1.5 + i / 40)));
    const here = optimum(spectrum, variance, beta);
    const [least, most] = [frontier[0], frontier.at(-1)];
    plane.axes({ x: [-0.2, least.rate], y: [least.distortion - 1, most.distortion + 1] });
    plane.curve(frontier.map((point) => [point.rate, point.distortion]), { label: "least distortion" });
    const tangent = [-1, 1].map((s) => [here.rate + 3 * s, here.distortion - 3 * s * beta]);
    plane.curve(tangent, { color: 1, dash: "6 4", label: `slope −β; ${here.active} active units` });
    plane.dots([[here.rate, here.distortion]], { color: 1, radius: 6 });

    latent.clear();
    latent.curve(ellipse([0, 0], [1, 0, 1]), { color: "currentColor", dash: "3 4", label: "prior" });
    examples.forEach((example, i) => {
      const [first, second] = example.map((t, axis) => posterior(spectrum[axis], e, t));
      const shape = ellipse([first.mean, second.mean], [first.variance, 0, second.variance]);
      latent.curve(shape, { color: i % 6, label: i ? "" : "posteriors of eight examples" });
      latent.dots([[first.mean, second.mean]], { color: i % 6, radius: 2.5 });
    });
  }

  const logBeta = slider(element, {
    label: "β", min: -2, max: 1.5, step: 0.02, value: 0, format: (v) => (10 ** v).toPrecision(2),
  }, draw);
  const noise = slider(element, { label: "σ²", min: 0.05, max: 1, step: 0.05, value: 0.25 }, draw);
  draw();
}
