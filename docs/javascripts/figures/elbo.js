// The ELBO, its gap and the bounds of k draws for z ~ N(0, 1), x|z ~ N(z, σ²).
import { button, chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";
import { nearest } from "../shapes.js";

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

const PEAK = 1 / Math.sqrt(2 * Math.PI); // of N(0, 1)

export default function (element) {
  // The axes hold every q, x and σ that can be chosen.
  const q = {
    mean: slider(element, { label: "mean of q", min: -1.5, max: 1.5, step: 0.02, value: -0.2 }, draw),
    sd: slider(element, { label: "width of q", min: 0.25, max: 1.2, step: 0.01, value: 0.8 }, draw),
  };
  const above = chart(element, { x: [-3, 3], y: [0, 1.7], height: 220, xlabel: "z", ylabel: "density" });
  const below = chart(element, { x: [-3, 3], y: [-17, 0.5], height: 240, xlabel: "mean of q", ylabel: "nats" });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");
  const controls = {
    ...q,
    x: slider(element, { label: "x", min: -1.5, max: 1.5, step: 0.05, value: 1.2 }, draw),
    noise: slider(element, { label: "σ of the decoder", min: 0.6, max: 1.5, step: 0.05, value: 0.6 }, draw),
    k: slider(element, { label: "draws k", min: 1, max: 40, step: 1, value: 1, format: String }, draw),
  };
  button(element, "lay q on the posterior", () => {
    const posterior = exact(controls.x.value, controls.noise.value);
    [controls.mean.value, controls.sd.value] = [posterior.mean, posterior.sd];
    draw();
  });
  above.drag((z, height) => {
    [q.mean.value, q.sd.value] = [z, PEAK / Math.max(height, 0.1)];
    draw();
  }, () => [q.mean.value, PEAK / q.sd.value]);
  const elboAt = (mean) => bound(controls.x.value, controls.noise.value, mean, q.sd.value, 1);
  below.drag((...place) => {
    const parabola = grid(-1.5, 1.5, 151).map((mean) => [mean, elboAt(mean)]);
    q.mean.value = parabola[nearest(parabola, place, [2, 17])][0];
    draw();
  }, () => [q.mean.value, elboAt(q.mean.value)]);

  function draw() {
    const [mean, sd, x, noise, k] = Object.values(controls).map((c) => c.value);
    const posterior = exact(x, noise);
    const density = (m, s) => grid(-3, 3, 201).map((z) => [z, Math.exp(logNormal(z, m, s))]);
    above.clear();
    above.curve(density(0, 1), { color: "var(--prior)", dash: "6 4", label: "prior p(z)" });
    above.curve(density(posterior.mean, posterior.sd), { color: "var(--exact)", fill: true, label: "posterior p(z|x)" });
    above.curve(density(mean, sd), { color: "var(--encoder)", label: "q(z|x)" });

    const { logEvidence } = posterior;
    const elbo = elboAt(mean);
    below.clear();
    below.curve([[-3, logEvidence], [3, logEvidence]], { color: "var(--exact)", dash: "6 4", label: "log p(x)" });
    const parabola = grid(-3, 3, 61).map((m) => [m, elboAt(m)]);
    below.curve(parabola, { color: "var(--encoder)", label: "ELBO for this width" });
    if (k > 1) {
      const means = grid(-2, 2, 33);
      const tighter = means.map((m) => [m, bound(x, noise, m, sd, k)]);
      below.curve(tighter, { color: 7, label: `bound of ${k} draws` });
    }
    below.curve([[mean, elbo], [mean, logEvidence]], { color: "var(--gap)", width: 6, label: "gap = KL(q ‖ posterior)" });
    below.dots([[mean, elbo]], { color: "var(--encoder)", radius: 5 });

    const parts = losses(x, noise, mean, sd);
    const gap = kl(mean, sd, posterior.mean, posterior.sd);
    const said = (nats) => nats.toFixed(3).replace("-", "−");
    words.textContent =
      `log p(x) = ${said(logEvidence)} = ELBO ${said(elbo)} + gap ${gap.toFixed(3)}; ` +
      `−ELBO = reconstruction ${parts.reconstruction.toFixed(3)} + KL to the prior ${parts.kl.toFixed(3)} nats` +
      (k > 1 ? `; bound of ${k} draws ${said(bound(x, noise, mean, sd, k))}.` : ".");
  }
  draw();
}
