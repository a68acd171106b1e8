// q against the prior, and Monte Carlo estimates of their KL around the exact value.
import { chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";
import { density, graph, histogram } from "../shapes.js";

export const exact = (mu, sigma) => 0.5 * (sigma ** 2 + mu ** 2 - 1) - Math.log(sigma);

// Variance of an estimate from one draw.
export const variance = (mu, sigma) => (mu * sigma) ** 2 + (sigma ** 2 - 1) ** 2 / 2;

export function estimate(mu, sigma, noise) {
  const ratio = (eps) => 0.5 * ((mu + sigma * eps) ** 2 - eps ** 2) - Math.log(sigma);
  return noise.reduce((sum, eps) => sum + ratio(eps), 0) / noise.length;
}

export default function (element) {
  const uniform = generator(2);
  const most = 64;
  const noise = Array.from({ length: 400 }, () => Array.from({ length: most }, () => normal(uniform)));
  const mean = slider(element, { label: "μ", min: -3, max: 3, step: 0.05, value: 1 }, draw);
  const width = slider(element, { label: "σ", min: 0.25, max: 2, step: 0.05, value: 0.5 }, draw);
  const draws = slider(element, { label: "draws S", min: 1, max: most, step: 1, value: 1, format: String }, draw);
  const densities = chart(element, { x: [-5, 5], y: [0, 1.7], height: 210, xlabel: "z", ylabel: "density" });
  const estimates = chart(element, { x: [-3, 8], y: [0, 1.1], height: 230, xlabel: "KL (nats)", ylabel: "estimates (highest 1)" });

  function draw() {
    const [mu, sigma] = [mean.value, width.value];
    densities.clear();
    densities.curve(graph((z) => density(z, 0, 1), -5, 5), { color: "var(--prior)", fill: true, label: "prior p" });
    densities.curve(graph((z) => density(z, mu, sigma), -5, 5, 400), { color: "var(--encoder)", fill: true, label: "posterior q" });

    const found = noise.map((row) => estimate(mu, sigma, row.slice(0, draws.value)));
    const bars = histogram(found, -3, 8, 110);
    const peak = Math.max(...bars.map(([, height]) => height));
    const [kl, spread] = [exact(mu, sigma), Math.sqrt(variance(mu, sigma) / draws.value)];
    const negative = found.filter((value) => value < 0).length / 4;
    estimates.clear();
    estimates.curve(bars.map(([x, height]) => [x, height / peak]), { color: "var(--encoder)", fill: true, label: `400 estimates, ${negative.toFixed(1)} % negative` });
    estimates.curve([[kl, 0], [kl, 1.1]], { color: "var(--exact)", dash: "4 4", label: `exact ${kl.toFixed(3)} ± ${spread.toFixed(3)} by formula` });
  }
  densities.drag((z, height) => {
    [mean.value, width.value] = [z, 0.4 / Math.max(height, 0.1)];
    draw();
  }, () => [mean.value, density(0, 0, width.value)]);
  draw();
}
