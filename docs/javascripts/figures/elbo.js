// The ELBO, its gap and the bounds of k draws for z ~ N(0, 1), x|z ~ N(z, σ²).
import { button, chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";

export function logNormal(value, mean, sd) {
  return -0.5 * ((value - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
}

// log p(x), and mean and standard deviation of p(z|x).
export function exact(x, noise) {
  const total = 1 + noise ** 2;
  return { logEvidence: logNormal(x, 0, Math.sqrt(total)), mean: x / total, sd: noise / Math.sqrt(total) };
}

// KL of two normals.
export function kl(mean, sd, mean2, sd2) {
  return 0.5 * ((sd / sd2) ** 2 + ((mean - mean2) / sd2) ** 2 - 1) - Math.log(sd / sd2);
}

// The two parts of the negative ELBO of q = N(mean, sd²).
export function losses(x, noise, mean, sd) {
  const reconstruction = 0.5 * (sd / noise) ** 2 - logNormal(x, mean, noise);
  return { reconstruction, kl: kl(mean, sd, 0, 1) };
}

const uniform = generator(1);
const NOISE = Array.from({ length: 4000 }, () => normal(uniform));

// Mean of log (w_1 + … + w_k) / k; exact for one draw, from 4000 draws otherwise.
export function bound(x, noise, mean, sd, k) {
  if (k === 1) {
    const parts = losses(x, noise, mean, sd);
    return -parts.reconstruction - parts.kl;
  }
  const rounds = Math.floor(NOISE.length / k);
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const logs = NOISE.slice(round * k, (round + 1) * k).map((e) => {
      const z = mean + sd * e;
      return logNormal(x, z, noise) + logNormal(z, 0, 1) - logNormal(z, mean, sd);
    });
    const top = Math.max(...logs);
    sum += top + Math.log(logs.reduce((total, w) => total + Math.exp(w - top), 0) / k);
  }
  return sum / rounds;
}

const grid = (lo, hi, count) => Array.from({ length: count }, (_, i) => lo + ((hi - lo) * i) / (count - 1));

export default function (element) {
  const above = chart(element, { x: [-3, 3], y: [0, 2], height: 220, xlabel: "z", ylabel: "density" });
  const below = chart(element, { x: [-3, 3], y: [-8, 0], height: 220, xlabel: "mean of q", ylabel: "nats" });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");
  const controls = {
    mean: slider(element, { label: "mean of q", min: -2, max: 2, step: 0.02, value: -0.2 }, draw),
    sd: slider(element, { label: "width of q", min: 0.1, max: 1.5, step: 0.01, value: 0.8 }, draw),
    x: slider(element, { label: "x", min: -2, max: 2, step: 0.05, value: 1.2 }, draw),
    noise: slider(element, { label: "σ of the decoder", min: 0.2, max: 1.5, step: 0.05, value: 0.6 }, draw),
    k: slider(element, { label: "draws k", min: 1, max: 40, step: 1, value: 1, format: String }, draw),
  };
  button(element, "lay q on the posterior", () => {
    const posterior = exact(controls.x.value, controls.noise.value);
    [controls.mean.value, controls.sd.value] = [posterior.mean, posterior.sd];
    draw();
  });

  function draw() {
    const [mean, sd, x, noise, k] = Object.values(controls).map((c) => c.value);
    const posterior = exact(x, noise);
    const density = (m, s) => grid(-3, 3, 201).map((z) => [z, Math.exp(logNormal(z, m, s))]);
    above.axes({ y: [0, 1.1 * Math.max(0.4 / sd, 0.4 / posterior.sd)] });
    above.curve(density(0, 1), { color: 2, dash: "6 4", label: "prior p(z)" });
    above.curve(density(posterior.mean, posterior.sd), { color: 1, fill: true, label: "posterior p(z|x)" });
    above.curve(density(mean, sd), { color: 0, label: "q(z|x)" });

    const { logEvidence } = posterior;
    const elbo = bound(x, noise, mean, sd, 1);
    const lowest = Math.floor(Math.min(elbo, logEvidence - 3) - 1);
    below.axes({ y: [lowest, Math.ceil(logEvidence + 0.5)] });
    below.curve([[-3, logEvidence], [3, logEvidence]], { color: 1, dash: "6 4", label: "log p(x)" });
    const parabola = grid(-3, 3, 61).map((m) => [m, bound(x, noise, m, sd, 1)]);
    below.curve(parabola, { color: 0, label: "ELBO for this width" });
    if (k > 1) {
      const means = grid(-2, 2, 33);
      const tighter = means.map((m) => [m, bound(x, noise, m, sd, k)]);
      below.curve(tighter, { color: 3, label: `bound of ${k} draws` });
    }
    below.curve([[mean, elbo], [mean, logEvidence]], { color: 4, width: 6, label: "gap = KL(q ‖ posterior)" });
    below.dots([[mean, elbo]], { color: 0, radius: 5 });

    const parts = losses(x, noise, mean, sd);
    const gap = kl(mean, sd, posterior.mean, posterior.sd);
    words.textContent =
      `log p(x) = ${logEvidence.toFixed(3)} = ELBO ${elbo.toFixed(3)} + gap ${gap.toFixed(3)}; ` +
      `−ELBO = reconstruction ${parts.reconstruction.toFixed(3)} + KL to the prior ${parts.kl.toFixed(3)} nats` +
      (k > 1 ? `; bound of ${k} draws ${bound(x, noise, mean, sd, k).toFixed(3)}.` : ".");
  }
  draw();
}
