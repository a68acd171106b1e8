// Bounds of 1 to 64 draws for a normal proposal, where the exact posterior is N(0, 1).
import { chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";
import { density, graph } from "../shapes.js";

// log w − log p(x) at the draw z = shift + width · ε.
export function logWeight(shift, width, eps) {
  return 0.5 * (eps * eps - (shift + width * eps) ** 2) + Math.log(width);
}

export function logMeanExp(values) {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0) / values.length);
}

// Mean over groups of k of the logarithm of the mean weight.
export function bound(logWeights, k) {
  let [sum, groups] = [0, 0];
  for (let i = 0; i + k <= logWeights.length; i += k, groups += 1) {
    sum += logMeanExp(logWeights.slice(i, i + k));
  }
  return sum / groups;
}

export function effectiveSampleSize(logWeights) {
  const doubled = logWeights.map((value) => 2 * value);
  return logWeights.length * Math.exp(2 * logMeanExp(logWeights) - logMeanExp(doubled));
}

export const elbo = (shift, width) => -0.5 * (width ** 2 + shift ** 2 - 1) + Math.log(width);

export default function (element) {
  const uniform = generator(3);
  const noise = Array.from({ length: 64 * 256 }, () => normal(uniform));
  const sizes = [1, 2, 4, 8, 16, 32, 64];
  const shift = slider(element, { label: "shift of q", min: 0, max: 2.5, step: 0.05, value: 1 }, draw);
  const width = slider(element, { label: "width of q", min: 0.3, max: 2.5, step: 0.05, value: 0.8 }, draw);
  const densities = chart(element, { x: [-4, 6], y: [0, 1.4], height: 210, xlabel: "z", ylabel: "density" });
  const bounds = chart(element, { x: [-0.15, 6.15], y: [-5.3, 0.3], height: 240, xlabel: "draws k, as a power of 2", ylabel: "bound − log p(x) (nats)" });

  function draw() {
    const [m, s] = [shift.value, width.value];
    const logWeights = noise.map((eps) => logWeight(m, s, eps));
    const found = sizes.map((k) => [Math.log2(k), bound(logWeights, k)]);
    const effective = effectiveSampleSize(logWeights.slice(0, 64));
    densities.clear();
    densities.curve(graph((z) => density(z, 0, 1), -4, 6), { color: "var(--exact)", fill: true, label: "exact posterior" });
    densities.curve(graph((z) => density(z, m, s), -4, 6, 400), { color: "var(--encoder)", fill: true, label: "proposal q" });
    bounds.clear().curve([[0, 0], [6, 0]], { color: "var(--exact)", dash: "4 4", label: "log p(x)" });
    bounds.curve(found, { color: 7, label: `bounds; effective sample size ${effective.toFixed(1)} of 64` });
    bounds.dots(found, { color: 7, radius: 4 });
    bounds.dots([[0, elbo(m, s)]], { color: "var(--encoder)", radius: 5, label: `ELBO, exact: ${elbo(m, s).toFixed(3).replace("-", "−")}` });
  }
  densities.drag((z, height) => {
    [shift.value, width.value] = [z, 0.4 / Math.max(height, 0.1)];
    draw();
  }, () => [shift.value, density(0, 0, width.value)]);
  draw();
}
