// The optimum of the linear VAE for every β and σ²: which units are active, and their posteriors.
import { chart, slider } from "../plot.js";
import { ellipse } from "../shapes.js";

export const spectrum = [4, 2, 0.5, 0.3, 0.2];

// Nats per example, at the best weights.
export function optimum(eigenvalues, variance, beta, units = eigenvalues.length) {
  const e = beta * variance;
  const active = eigenvalues.slice(0, units).filter((value) => value > e);
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
  const logBeta = slider(element, {
    label: "β", min: -1, max: 1.2, step: 0.02, value: 0, format: (v) => (10 ** v).toPrecision(2),
  }, draw);
  const noise = slider(element, { label: "σ²", min: 0.05, max: 0.25, step: 0.01, value: 0.25 }, draw);
  const units = chart(element, {
    x: [0.4, 5.6], y: [0, 4.4], height: 200, xlabel: "latent unit", ylabel: "eigenvalue",
  });
  const latent = chart(element, { x: [-3, 3], y: [-3, 3], width: 340, equal: true, xlabel: "unit 1", ylabel: "unit 2" });
  const examples = Array.from({ length: 8 }, (_, i) => [1.5 * Math.cos((Math.PI * i) / 4), 1.5 * Math.sin((Math.PI * i) / 4)]);
  const level = () => 10 ** logBeta.value * noise.value;
  units.drag((_, height) => {
    const wanted = Math.max(height, 1e-3);
    logBeta.value = Math.log10(wanted / noise.value);
    noise.value = wanted / 10 ** logBeta.value; // where β has come to its end
    draw();
  }, () => [0.6, level()]);

  function draw() {
    const e = level();
    units.clear();
    spectrum.forEach((value, i) => {
      const bar = (top, color) => units.curve([[i + 0.7, top], [i + 1.3, top]], { color, fill: true, width: 3 });
      if (value > e) bar(value, "var(--encoder)");
      bar(Math.min(value, e), "var(--decoder)");
    });
    const active = spectrum.filter((value) => value > e).length;
    units.curve([[0.4, e], [5.6, e]], { color: "currentColor", dash: "6 4", label: `βσ² = ${e.toFixed(2)}: ${active} of 5 units active` });

    latent.clear();
    latent.curve(ellipse([0, 0], [1, 0, 1]), { color: "var(--prior)", dash: "3 4", label: "prior" });
    examples.forEach((example, i) => {
      const [first, second] = example.map((t, axis) => posterior(spectrum[axis], e, t));
      const shape = ellipse([first.mean, second.mean], [first.variance, 0, second.variance]);
      latent.curve(shape, { color: "var(--encoder)", label: i ? "" : "posteriors of eight examples" });
      latent.dots([[first.mean, second.mean]], { color: "var(--encoder)", radius: 2.5 });
    });
  }
  draw();
}
