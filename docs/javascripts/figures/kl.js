// Forward and reverse KL onto one normal, for a mixture of two normals p.
import { button, chart, slider } from "../plot.js";

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

export function logNormal(z, mean, sd) {
  return -0.5 * ((z - mean) / sd) ** 2 - Math.log(sd) - HALF_LOG_2PI;
}

// log p(z) of a mixture of two normals; p: {weights, means, sds}, each of two numbers.
export function logMixture(z, { weights, means, sds }) {
  const a = Math.log(weights[0]) + logNormal(z, means[0], sds[0]);
  const b = Math.log(weights[1]) + logNormal(z, means[1], sds[1]);
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

// First and second derivative of log p(z).
export function derivatives(z, p) {
  const total = logMixture(z, p);
  let [first, second] = [0, 0];
  for (const k of [0, 1]) {
    const share = p.weights[k] * Math.exp(logNormal(z, p.means[k], p.sds[k]) - total);
    const slope = (p.means[k] - z) / p.sds[k] ** 2;
    first += share * slope;
    second += share * (slope ** 2 - 1 / p.sds[k] ** 2);
  }
  return [first, second - first ** 2];
}

// Points and probabilities that stand for N(0, 1).
function noise(count, limit) {
  const points = Array.from({ length: count }, (_, i) => limit * ((2 * i) / (count - 1) - 1));
  const weights = points.map((e) => Math.exp(-0.5 * e * e));
  const sum = weights.reduce((a, b) => a + b);
  return points.map((e, i) => [e, weights[i] / sum]);
}
const FINE = noise(361, 8);
const COARSE = noise(51, 5);

export function reverseKL(p, mean, sd, points = FINE) {
  let expected = 0;
  for (const [e, weight] of points) expected += weight * logMixture(mean + sd * e, p);
  return -expected - Math.log(sd) - HALF_LOG_2PI - 0.5;
}

// The local minimum of KL(q ‖ p) that Newton's method finds from this start: [mean, sd, nats].
export function bestReverse(p, mean, sd) {
  for (let step = 0; step < 100; step++) {
    let [gm, gs, mm, ms, ss] = [0, -1 / sd, 0, 0, 1 / sd ** 2];
    for (const [e, weight] of FINE) {
      const [first, second] = derivatives(mean + sd * e, p);
      gm -= weight * first;
      gs -= weight * e * first;
      mm -= weight * second;
      ms -= weight * e * second;
      ss -= weight * e * e * second;
    }
    // Downhill along both axes of the curvature, also where it bends down.
    const angle = 0.5 * Math.atan2(2 * ms, mm - ss);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [middle, spread] = [(mm + ss) / 2, Math.hypot((mm - ss) / 2, ms)];
    const along = (gm * cos + gs * sin) / Math.max(Math.abs(middle + spread), 0.05);
    const across = (gs * cos - gm * sin) / Math.max(Math.abs(middle - spread), 0.05);
    const move = [along * cos - across * sin, along * sin + across * cos];
    const size = Math.max(Math.abs(move[0]), Math.abs(move[1]));
    const damp = Math.min(1, (0.5 * sd) / size);
    [mean, sd] = [mean - damp * move[0], sd - damp * move[1]];
    if (size < 1e-9) break;
  }
  return [mean, sd, reverseKL(p, mean, sd)];
}

// Mean and standard deviation of p, and KL(p ‖ q) of the normal that has them.
export function bestForward(p) {
  const mean = p.weights.reduce((sum, w, k) => sum + w * p.means[k], 0);
  const variance = p.weights.reduce(
    (sum, w, k) => sum + w * (p.sds[k] ** 2 + (p.means[k] - mean) ** 2), 0);
  const sd = Math.sqrt(variance);
  let nats = 0;
  p.weights.forEach((w, k) => {
    for (const [e, weight] of FINE) {
      const z = p.means[k] + p.sds[k] * e;
      nats += w * weight * (logMixture(z, p) - logNormal(z, mean, sd));
    }
  });
  return [mean, sd, nats];
}

// All local minima of the reverse KL that the modes and the middle lead to, the deepest first.
export function reverseMinima(p) {
  const [mean, sd] = bestForward(p);
  const starts = [[mean, sd], ...p.means.map((m, k) => [m, 1.1 * p.sds[k]])];
  const found = starts.map((start) => bestReverse(p, ...start));
  found.sort((a, b) => a[2] - b[2]);
  return found.filter((q, i) => found.findIndex((o) => Math.abs(o[0] - q[0]) < 1e-3) === i);
}

// Least reverse KL for a mean of q, over its widths: [mean, nats] for each mean.
export function profile(p, means) {
  const sds = Array.from({ length: 30 }, (_, i) => 0.35 * 1.09 ** i);
  return means.map((mean) => [mean, Math.min(...sds.map((sd) => reverseKL(p, mean, sd, COARSE)))]);
}

const grid = (lo, hi, count) => Array.from({ length: count }, (_, i) => lo + ((hi - lo) * i) / (count - 1));

export default function (element) {
  const controls = {
    left: { label: "left mean", min: -4.5, max: 0, step: 0.05, value: -2.6 },
    right: { label: "right mean", min: 0, max: 4.5, step: 0.05, value: 2.6 },
    weight: { label: "weight of the right mode", min: 0.1, max: 0.9, step: 0.01, value: 0.5 },
    width: { label: "width of the left mode", min: 0.6, max: 1.6, step: 0.05, value: 1 },
  };
  const sliders = {};
  const add = (...names) => {
    for (const name of names) sliders[name] = slider(element, controls[name], draw);
  };
  add("left", "right");
  const above = chart(element, { x: [-7, 7], y: [0, 0.75], height: 220, xlabel: "z", ylabel: "density" });
  const below = chart(element, {
    x: [-7, 7], y: [0, 2.6], height: 200, xlabel: "mean of q", ylabel: "KL(q ‖ p), nats",
  });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");

  add("weight", "width");
  let held = "left"; // the mode that was moved last
  const peak = () => Math.exp(logNormal(0, 0, held === "left" ? sliders.width.value : 1));
  above.drag((z, height) => {
    held = z < 0 ? "left" : "right";
    sliders[held].value = z;
    const share = height / peak();
    sliders.weight.value = held === "left" ? 1 - share : share;
    draw();
  }, () => {
    const weight = sliders.weight.value;
    return [sliders[held].value, (held === "left" ? 1 - weight : weight) * peak()];
  });
  const presets = {
    "modes at ±2": [-2, 2, 0.5, 1],
    "±2.6": [-2.6, 2.6, 0.5, 1],
    "±2.75": [-2.75, 2.75, 0.5, 1],
    "±2.85": [-2.85, 2.85, 0.5, 1],
    "±3.2": [-3.2, 3.2, 0.5, 1],
    "mixture of this page": [-2, 3, 0.6, 0.7],
  };
  for (const [label, values] of Object.entries(presets)) {
    button(element, label, () => {
      Object.values(sliders).forEach((s, i) => { s.value = values[i]; });
      draw();
    });
  }

  function draw() {
    const [left, right, weight, width] = Object.values(sliders).map((s) => s.value);
    const p = { weights: [1 - weight, weight], means: [left, right], sds: [width, 1] };
    const forward = bestForward(p);
    const minima = reverseMinima(p);
    const places = grid(-7, 7, 281);
    const density = (mean, sd) => places.map((z) => [z, Math.exp(logNormal(z, mean, sd))]);
    const heights = places.map((z) => [z, Math.exp(logMixture(z, p))]);
    above.clear().curve(heights, { color: 4, fill: true, label: "p" });
    above.curve(density(forward[0], forward[1]), { color: 2, dash: "6 4", label: "best forward" });
    above.curve(density(minima[0][0], minima[0][1]), { color: 0, label: "best reverse" });
    minima.slice(1).forEach(([mean, sd], i) => {
      above.curve(density(mean, sd), { color: 0, dash: "2 3", width: 1, label: i ? "" : "other local minima" });
    });
    below.clear().curve(profile(p, grid(-6, 6, 81)), { color: 0, label: "least KL(q ‖ p) for each mean of q" });
    below.dots(minima.map((q) => [q[0], q[2]]), { color: 1, radius: 4, label: "local minima" });

    const within = minima.filter((q) => q[1] > 1.5 * Math.max(width, 1));
    const verdict = minima.length === 1
      ? "one valley: no other place to end"
      : `${minima.length} valleys; the deepest ${within.includes(minima[0]) ? "covers both modes" : "is one mode"}`;
    const apart = ((right - left) / 2).toFixed(2);
    words.textContent =
      `Half the distance of the modes: ${apart}. Forward KL ${forward[2].toFixed(3)} nats; ` +
      `reverse KL ${minima.map((q) => q[2].toFixed(3)).join(", ")} nats: ${verdict}.`;
  }
  draw();
}
