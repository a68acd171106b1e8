// The same noise as draws for every μ and σ, and two estimates of the gradient of E[z²].
import { chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";
import { graph, histogram } from "../shapes.js";

// Two estimates of the derivative of E[z²] by μ, from the draws z = μ + σε.
export function gradients(mu, sigma, noise) {
  let [score, pathwise] = [0, 0];
  for (const eps of noise) {
    const z = mu + sigma * eps;
    score += (z * z * eps) / sigma;
    pathwise += 2 * z;
  }
  return { score: score / noise.length, pathwise: pathwise / noise.length };
}

export default function (element) {
  const uniform = generator(1);
  const most = 50;
  const noise = Array.from({ length: 400 }, () => Array.from({ length: most }, () => normal(uniform)));
  const curve = chart(element, { x: [-4, 4], y: [-0.6, 9], height: 230, xlabel: "z", ylabel: "f(z) = z²" });
  const estimates = chart(element, { x: [-12, 18], y: [0, 0.5], height: 230, xlabel: "estimate of the derivative by μ", ylabel: "density" });

  function draw() {
    const drawn = noise[0].slice(0, 24).map((eps) => mean.value + width.value * eps);
    curve.clear().curve(graph((z) => z * z, -4, 4), { color: "currentColor", width: 1 });
    curve.dots(drawn.map((z) => [z, 0]), { color: 1, label: "draws z = μ + σε" });
    curve.dots(drawn.map((z) => [z, z * z]), { color: 0, label: "their f(z)" });

    const found = noise.map((row) => gradients(mean.value, width.value, row.slice(0, draws.value)));
    const [score, pathwise] = ["score", "pathwise"].map((name) => histogram(found.map((g) => g[name]), -12, 18, 120));
    const top = Math.max(...pathwise.map(([, height]) => height), ...score.map(([, height]) => height));
    estimates.axes({ x: [-12, 18], y: [0, 1.1 * top] });
    estimates.curve(pathwise, { color: 0, fill: true, label: "pathwise" });
    estimates.curve(score, { color: 1, fill: true, label: "score function" });
    estimates.curve([[2 * mean.value, 0], [2 * mean.value, 1.1 * top]], { color: "currentColor", dash: "4 4", label: "exact: 2μ" });
  }

  const mean = slider(element, { label: "μ", min: -2, max: 2, step: 0.05, value: 1 }, draw);
  const width = slider(element, { label: "σ", min: 0.1, max: 1.5, step: 0.05, value: 0.5 }, draw);
  const draws = slider(element, { label: "draws per estimate", min: 1, max: most, step: 1, value: 1, format: String }, draw);
  draw();
}
