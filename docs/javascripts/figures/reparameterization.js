// The same noise as draws for every μ and σ, and two estimates of the gradient of E[z²].
import { chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";
import { graph, histogram, nearest } from "../shapes.js";

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
  const mean = slider(element, { label: "μ", min: -1.5, max: 1.5, step: 0.05, value: 1 }, draw);
  const width = slider(element, { label: "σ", min: 0.1, max: 0.8, step: 0.05, value: 0.5 }, draw);
  const draws = slider(element, { label: "draws per estimate", min: 1, max: most, step: 1, value: 1, format: String }, draw);
  const curve = chart(element, { x: [-4, 4], y: [-0.6, 12], height: 230, xlabel: "z", ylabel: "f(z) = z²" });
  const estimates = chart(element, { x: [-15, 15], y: [0, 1.1], height: 230, xlabel: "estimate of the derivative by μ", ylabel: "density (highest 1)" });

  function draw() {
    const drawn = noise[0].slice(0, 24).map((eps) => mean.value + width.value * eps);
    curve.clear().curve(graph((z) => z * z, -4, 4), { color: "currentColor", width: 1 });
    curve.dots(drawn.map((z) => [z, 0]), { color: "var(--encoder)", label: "draws z = μ + σε" });
    curve.dots(drawn.map((z) => [z, z * z]), { color: "var(--decoder)", label: "their f(z)" });

    const found = noise.map((row) => gradients(mean.value, width.value, row.slice(0, draws.value)));
    const [score, pathwise] = ["score", "pathwise"].map((name) => histogram(found.map((g) => g[name]), -15, 15, 120));
    const top = Math.max(...pathwise.map(([, height]) => height), ...score.map(([, height]) => height));
    const scaled = (bars) => bars.map(([x, height]) => [x, height / top]);
    estimates.clear();
    estimates.curve(scaled(pathwise), { color: 4, fill: true, label: "pathwise" });
    estimates.curve(scaled(score), { color: 8, fill: true, label: "score function" });
    estimates.curve([[2 * mean.value, 0], [2 * mean.value, 1.1]], { color: "var(--exact)", dash: "4 4", label: "exact: 2μ" });
  }
  const squares = graph((z) => z * z, -1.5, 1.5);
  curve.drag((...place) => {
    mean.value = squares[nearest(squares, place, [8, 12])][0];
    draw();
  }, () => [mean.value, mean.value ** 2]);
  draw();
}
