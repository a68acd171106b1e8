// The frontier of rate and distortion of a linear VAE on digits: a point on it, and what it draws.
import { paint } from "../decoder.js";
import { chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";
import { nearest } from "../shapes.js";
import { optimum } from "./beta.js";

const [CHEAPEST, DEAREST] = [-1, 1.7]; // the logarithm of β

// What an active unit passes on of its axis: a share of the data, a factor on a prior draw.
const passes = (value, level) => Math.max(1 - level / value, 0);
const stretches = (value, level) => Math.sqrt(Math.max(value - level, 0));

const added = (start, directions, amounts) =>
  start.map((value, j) => directions.reduce((sum, one, i) => sum + amounts[i] * one[j], value));

// The mean of p(x|z) at the mean of q(z|x), and at a draw z of the prior. `model` has eigenvalues,
// directions (one for each unit), the average picture and the variance σ².
export function reconstructed({ average, directions, eigenvalues, variance }, x, beta) {
  const amounts = directions.map((one, i) => {
    const along = one.reduce((sum, value, j) => sum + value * (x[j] - average[j]), 0);
    return along * passes(eigenvalues[i], beta * variance);
  });
  return added(average, directions, amounts);
}

export function generated({ average, directions, eigenvalues, variance }, z, beta) {
  return added(average, directions, z.map((value, i) => value * stretches(eigenvalues[i], beta * variance)));
}

// Rate, distortion without its constant, and the number of active units.
export function point({ directions, eigenvalues, variance }, beta) {
  const { active, distortion, rate } = optimum(eigenvalues, variance, beta, directions.length);
  const constant = 0.5 * eigenvalues.length * Math.log(2 * Math.PI * variance);
  return { active, distortion: distortion - constant, rate };
}

// A row of pictures of 8×8 pixels with a name.
function strip(element, name, count) {
  const row = Object.assign(document.createElement("div"), { className: "strip" });
  const label = Object.assign(document.createElement("span"), { textContent: name });
  const canvas = Object.assign(document.createElement("canvas"), { width: 9 * count - 1, height: 8 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${count} digits: ${name}`);
  row.append(label, canvas);
  element.append(row);
  return (pictures) => {
    const pixels = new Float32Array(canvas.width * 8);
    pictures.forEach((picture, i) => picture.forEach((value, j) => {
      pixels[Math.floor(j / 8) * canvas.width + 9 * i + (j % 8)] = Math.min(Math.max(value, 0), 1);
    }));
    paint(canvas, pixels);
  };
}

export default function (element) {
  const model = JSON.parse(element.querySelector("script").textContent);
  const { digits, directions, eigenvalues, variance } = model;
  const uniform = generator(7);
  const draws = digits.map(() => directions.map(() => normal(uniform)));
  // From the dearest code on, which wins where no unit is active and all β have one point.
  const prices = Array.from({ length: 541 }, (_, i) => DEAREST - (i * (DEAREST - CHEAPEST)) / 540);
  const curve = prices.map((price) => {
    const { rate, distortion } = point(model, 10 ** price);
    return [rate, distortion];
  });
  const [most, worst] = [1.03 * curve.at(-1)[0], 1.06 * curve[0][1]];

  const logBeta = slider(element, {
    label: "β", min: CHEAPEST, max: DEAREST, step: 0.005, value: 0, format: (v) => (10 ** v).toPrecision(2),
  }, draw);
  const plane = chart(element, {
    x: [-0.02 * most, most], y: [0, worst], height: 270, xlabel: "rate (nats)", ylabel: "distortion (nats)",
  });
  const rows = ["held-out digits", "reconstructions", "prior draws"].map((name) => strip(element, name, digits.length));
  const units = chart(element, {
    x: [0.4, directions.length + 0.6], y: [0, 0.55 * Math.log(eigenvalues[0] / (10 ** CHEAPEST * variance))],
    height: 150, xlabel: "latent unit", ylabel: "rate (nats)",
  });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");
  const here = () => point(model, 10 ** logBeta.value);
  plane.drag((...place) => {
    logBeta.value = prices[nearest(curve, place, [most / 3, worst])];
    draw();
  }, () => [here().rate, here().distortion], {
    label: "Point on the frontier",
    says: (rate, distortion) =>
      `β ${(10 ** logBeta.value).toPrecision(2)}, rate ${rate.toFixed(1)}, distortion ${distortion.toFixed(1)} nats`,
  });

  function draw() {
    const beta = 10 ** logBeta.value;
    const { active, distortion, rate } = here();
    plane.clear().curve(curve, { color: "currentColor", label: "least distortion" });
    const tangent = [-1, 1].map((side) => [rate + side * most, distortion - side * most * beta]);
    plane.curve(tangent, { color: "var(--prior)", dash: "6 4", label: "slope −β" });
    plane.curve([[0, distortion], [rate, distortion]], { color: "var(--encoder)", width: 3, label: "rate" });
    plane.curve([[rate, 0], [rate, distortion]], { color: "var(--decoder)", width: 3, label: "distortion" });
    plane.dots([[rate, distortion]], { color: "currentColor", radius: 6 });

    units.clear();
    eigenvalues.slice(0, directions.length).forEach((value, i) => {
      const nats = Math.max(0.5 * Math.log(value / (beta * variance)), 0);
      units.curve([[i + 0.65, nats], [i + 1.35, nats]], { color: "var(--encoder)", fill: true, width: 3 });
    });
    const [originals, means, samples] = rows;
    originals(digits);
    means(digits.map((x) => reconstructed(model, x, beta)));
    samples(draws.map((z) => generated(model, z, beta)));
    words.innerHTML =
      `β = ${beta.toPrecision(2)}: <b>${active} of ${directions.length} units active</b>, ` +
      `<span class="rate">rate ${rate.toFixed(1)}</span>, <span class="distortion">distortion ${distortion.toFixed(1)}</span> nats.`;
  }
  draw();
}
