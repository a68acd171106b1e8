// A training played back: posteriors of digits in the plane of a VAE, for three β.
import { bytes } from "../decoder.js";
import { button, chart, choice, slider } from "../plot.js";
import { ellipse } from "../shapes.js";

// Means and standard deviations of the runs that docs/playback.py stored, a byte for each number.
export function load({ reach, widths: [narrow, wide], runs }) {
  const numbers = (base64, of) => Array.from(new Uint8Array(bytes(base64)), (byte) => of(byte / 255));
  return runs.map((run) => ({
    ...run,
    means: numbers(run.means, (share) => reach * (2 * share - 1)),
    deviations: numbers(run.deviations, (share) => narrow * (wide / narrow) ** share),
  }));
}

// The posteriors of a run at a moment, which may lie between two that are stored.
export function posteriors({ means, deviations, rate }, moment) {
  const size = means.length / rate.length;
  const before = Math.floor(moment);
  const share = moment - before;
  const between = (values) =>
    Array.from({ length: size / 2 }, (_, i) =>
      [0, 1].map((axis) => {
        const at = before * size + 2 * i + axis;
        return share ? (1 - share) * values[at] + share * values[at + size] : values[at];
      }),
    );
  return { means: between(means), deviations: between(deviations) };
}

export default async function (element) {
  const told = await (await fetch(new URL("../../assets/playback.json", import.meta.url))).json();
  const runs = Object.fromEntries(load(told).map((run) => [`β = ${run.beta}`, run]));
  const last = told.steps.length - 1;
  let timer = null;

  const beta = choice(element, { label: "weight of the KL", options: Object.keys(runs), value: "β = 1" }, () => {
    if (moment.value === 0) moment.value = last; // all begin alike
    draw();
  });
  const moment = slider(element, {
    label: "step of the training", min: 0, max: last, step: 0.25, value: last,
    format: (v) => `${told.steps[Math.floor(v)]}`,
  }, () => {
    rest();
    draw();
  });
  const play = button(element, "play the training", () => {
    if (timer !== null) return rest();
    if (moment.value === last) moment.value = 0;
    play.textContent = "pause";
    words.setAttribute("aria-live", "off");
    timer = setInterval(() => {
      moment.value += 0.25;
      draw();
      if (moment.value === last) rest();
    }, 50);
  });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");
  const plane = chart(element, {
    x: [-told.reach, told.reach], y: [-told.reach, told.reach], width: 400, equal: true, xlabel: "z₁", ylabel: "z₂",
    title: "posteriors of 150 digits in the latent plane",
  });

  function rest() {
    clearInterval(timer);
    timer = null;
    play.textContent = "play the training";
    words.setAttribute("aria-live", "polite");
  }

  function draw() {
    const run = runs[beta.value];
    const { means, deviations } = posteriors(run, moment.value);
    plane.clear();
    means.forEach((mean, i) => {
      const [first, second] = deviations[i];
      const shape = ellipse(mean, [first ** 2, 0, second ** 2]);
      plane.curve(shape, { color: `var(--c${told.labels[i]})`, width: 0.6 });
    });
    for (let digit = 0; digit < 10; digit++) {
      const own = means.filter((_, i) => told.labels[i] === digit);
      plane.dots(own, { color: `var(--c${digit})`, radius: 2.5, label: `${digit}` });
    }
    for (const radius of [1, 2]) {
      const ring = ellipse([0, 0], [radius ** 2, 0, radius ** 2]);
      plane.curve(ring, { color: "var(--prior)", dash: "4 4", label: radius === 1 ? "prior: radius 1 and 2" : "" });
    }
    const at = Math.floor(moment.value);
    const [rate, distortion] = [run.rate[at], run.distortion[at]];
    words.innerHTML =
      `Step ${told.steps[at]}: <span class="rate">rate ${rate.toFixed(2)}</span>, ` +
      `<span class="distortion">distortion ${distortion.toFixed(2)}</span>, ` +
      `−ELBO ${(rate + distortion).toFixed(2)} nats per held-out digit.`;
  }
  draw();
}
