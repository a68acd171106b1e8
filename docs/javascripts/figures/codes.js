// Codes in the plane: their cells, the gradients of one feature and its code, and running averages.
import { button, chart, choice, slider } from "../plot.js";
import { generator, normal } from "../random.js";

const squared = ([x, y], [u, v]) => (x - u) ** 2 + (y - v) ** 2;

// Number of the code nearest to a feature; of several the lowest.
export function nearest(h, codes) {
  const distances = codes.map((e) => squared(h, e));
  return distances.indexOf(Math.min(...distances));
}

// Derivatives of the commitment by the feature, and of the codebook loss by its code.
export function gradients(h, e, commitment) {
  return {
    feature: h.map((value, axis) => 2 * commitment * (value - e[axis])),
    code: e.map((value, axis) => 2 * (value - h[axis])),
  };
}

// One step of the running averages of counts and codes, over features.
export function follow({ codes, counts }, features, decay) {
  const found = codes.map(() => [0, 0, 0]); // how many, and their sum
  for (const h of features) {
    const sum = found[nearest(h, codes)];
    [sum[0], sum[1], sum[2]] = [sum[0] + 1, sum[1] + h[0], sum[2] + h[1]];
  }
  const after = counts.map((count, j) => decay * count + (1 - decay) * found[j][0]);
  const moved = codes.map((e, j) => {
    const rate = (1 - decay) / Math.max(after[j], 1e-30);
    return e.map((value, axis) => value + rate * (found[j][axis + 1] - found[j][0] * value));
  });
  return { codes: moved, counts: after };
}

// Which codes are dead: with less than this share of what each would have, were all chosen alike.
export const dead = (counts, mean, share) => counts.map((count) => count < share * mean);

// Dead codes at fresh features, with a full count.
export function revive({ codes, counts }, mean, share, fresh) {
  const gone = dead(counts, mean, share);
  return {
    codes: codes.map((e, j) => (gone[j] ? fresh[j] : e)),
    counts: counts.map((count, j) => (gone[j] ? mean : count)),
  };
}

// The corners of the part of a polygon that is nearest to code j.
export function cell(j, codes, polygon) {
  const e = codes[j];
  for (const other of codes) {
    if (other === e) continue;
    // Above 0 on the side of the other code.
    const side = (point) => squared(point, e) - squared(point, other);
    polygon = polygon.flatMap((point, i) => {
      const next = polygon[(i + 1) % polygon.length];
      const [here, there] = [side(point), side(next)];
      const kept = here <= 0 ? [point] : [];
      if (here <= 0 === there <= 0) return kept;
      const part = here / (here - there);
      return [...kept, point.map((value, axis) => value + part * (next[axis] - value))];
    });
  }
  return polygon;
}

// The outline of an arrow, as one line.
function arrow([x, y], [dx, dy]) {
  const [tip, head] = [[x + dx, y + dy], 0.4 * Math.min(Math.hypot(dx, dy), 0.45)];
  const angle = Math.atan2(dy, dx);
  const wing = (turn) => [tip[0] - head * Math.cos(angle + turn), tip[1] - head * Math.sin(angle + turn)];
  return [[x, y], tip, wing(0.5), tip, wing(-0.5)];
}

const REACH = 3; // of the plane, to each side
const BOX = [[-REACH, -REACH], [REACH, -REACH], [REACH, REACH], [-REACH, REACH]];
const CLUMPS = [[1.6, 0.4], [-0.3, 1.5], [-1.5, -0.6], [0.5, -1.4]];
const SHARE = 0.05; // ρ
const SCALE = 0.25; // of the arrows

export default function (element) {
  const uniform = generator(5);
  const around = ([x, y], width) => [x + width * normal(uniform), y + width * normal(uniform)];
  const features = Array.from({ length: 120 }, (_, i) => around(CLUMPS[i % 4], 0.3));
  const first = Array.from({ length: 8 }, () => around([-2.1, 2], 0.45));
  const mean = features.length / first.length;

  const plane = chart(element, {
    x: [-REACH, REACH], y: [-REACH, REACH], width: 420, equal: true, xlabel: "h₁", ylabel: "h₂",
    title: "Plane of features: move the feature by mouse, touch or arrow keys",
  });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");

  let [h, steps, state, fresh] = [[1.2, -1.6], 0, null, null];
  const draws = () => first.map(() => features[Math.floor(features.length * uniform())]);
  const used = (codes) => {
    const counts = codes.map(() => 0);
    for (const one of features) counts[nearest(one, codes)] += 1;
    return counts;
  };
  const next = () => {
    const moved = follow(state, features, decay.value);
    return restarts.value === "restart" ? revive(moved, mean, SHARE, fresh) : moved;
  };
  function advance(times) {
    for (let i = 0; i < times; i++) {
      [state, fresh] = [next(), draws()];
      steps += 1;
    }
    draw();
  }
  function begin() {
    // As if the averages of the counts had settled.
    [state, fresh, steps] = [{ codes: first, counts: used(first) }, draws(), 0];
    draw();
  }

  function draw() {
    const { codes } = state;
    const [counts, then, z] = [used(codes), next(), nearest(h, codes)];
    const outline = (j) => {
      const corners = cell(j, codes, BOX);
      return corners.length ? [...corners, corners[0]] : [];
    };
    plane.clear();
    codes.forEach((_, j) => plane.curve(outline(j), { color: "var(--md-default-fg-color--lighter)", width: 1 }));
    plane.curve(outline(z), { color: 1, label: "cell of h" });
    plane.dots(features, { color: 5, radius: 1.8, label: "cloud of features" });
    let named = false;
    codes.forEach((e, j) => {
      if (squared(e, then.codes[j]) < 1e-5) return;
      plane.curve([e, then.codes[j]], { color: 3, width: 1.5, dash: "2 3", label: named ? "" : "next step" });
      named = true;
    });
    plane.dots(codes, { color: 0, radius: 5, label: "codes" });
    const empty = codes.filter((_, j) => counts[j] === 0);
    plane.dots(empty, { color: "var(--md-code-bg-color)", radius: 3 });

    const slopes = gradients(h, codes[z], commitment.value);
    const pull = (slope) => slope.map((value) => -SCALE * value);
    plane.curve(arrow(codes[z], pull(slopes.code)), { color: 2, label: "codebook loss pulls the code" });
    plane.dots([h], { color: 1, radius: 4.5, label: "feature h" });
    plane.curve(arrow(h, pull(slopes.feature)), { color: 4, label: "commitment pulls h" });

    const shares = counts.map((count) => count / features.length);
    const entropy = -shares.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
    const error = features.reduce((sum, one) => sum + squared(one, codes[nearest(one, codes)]), 0);
    const distance = squared(h, codes[z]);
    words.textContent =
      `h has code ${z + 1}: codebook loss ${distance.toFixed(2)}, ` +
      `commitment ${(commitment.value * distance).toFixed(2)}. After ${steps} steps ` +
      `${counts.filter((count) => count > 0).length} of ${codes.length} codes have features (the others ` +
      `are hollow), perplexity ${Math.exp(entropy).toFixed(1)}, squared error ` +
      `${(error / features.length).toFixed(2)}.`;
  }

  const commitment = slider(element, { label: "commitment β", min: 0, max: 1, step: 0.05, value: 0.25 }, draw);
  const decay = slider(element, { label: "decay γ", min: 0, max: 0.99, step: 0.01, value: 0.7 }, draw);
  const restarts = choice(element, { label: "dead codes", options: ["stay", "restart"] }, draw);
  button(element, "One step", () => advance(1));
  button(element, "Ten steps", () => advance(10));
  button(element, "Start again", begin);
  begin();
  plane.drag((x, y) => {
    h = [x, y];
    draw();
  }, h);
}
