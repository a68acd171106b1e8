// A linear autoencoder with a code of one number: a line on which points are projected.
import { chart, slider } from "../plot.js";
import { generator, normal } from "../random.js";

const COUNT = 40;
const TILT = Math.PI / 6; // direction of the larger eigenvalue

// Points with mean 0 and covariance exactly the identity.
export function whitePoints(count, seed) {
  const uniform = generator(seed);
  const columns = [0, 1].map(() => Array.from({ length: count }, () => normal(uniform)));
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const dot = (a, b) => mean(a.map((v, i) => v * b[i]));
  const centred = columns.map((c) => c.map((v) => v - mean(c)));
  const first = centred[0].map((v) => v / Math.sqrt(dot(centred[0], centred[0])));
  const shared = dot(first, centred[1]);
  const rest = centred[1].map((v, i) => v - shared * first[i]);
  const second = rest.map((v) => v / Math.sqrt(dot(rest, rest)));
  return first.map((v, i) => [v, second[i]]);
}

// The white points with variances `large` along the tilted axis and `small` across it.
export function stretch(points, large, small, tilt) {
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  return points.map(([a, b]) => {
    const [u, v] = [a * Math.sqrt(large), b * Math.sqrt(small)];
    return [u * cos - v * sin, u * sin + v * cos];
  });
}

export function project([x, y], angle) {
  const code = x * Math.cos(angle) + y * Math.sin(angle);
  return [code * Math.cos(angle), code * Math.sin(angle)];
}

// Mean squared distance of the points to the line at this angle.
export function squaredError(points, angle) {
  const errors = points.map((point) => {
    const [x, y] = project(point, angle);
    return (point[0] - x) ** 2 + (point[1] - y) ** 2;
  });
  return errors.reduce((a, b) => a + b) / points.length;
}

export default function (element) {
  const white = whitePoints(COUNT, 2);
  const plane = chart(element, {
    x: [-4.6, 4.6], y: [-3.45, 3.45], width: 560, equal: true, title: "points, and the line on which they are projected",
  });
  const error = chart(element, {
    x: [0, 180], y: [0, 2.4], height: 180, xlabel: "angle of the line", ylabel: "squared error",
  });
  const words = element.appendChild(document.createElement("p"));
  words.setAttribute("aria-live", "polite");
  const degrees = (v) => `${v.toFixed(0)}°`;
  const angle = slider(element, { label: "angle of the line", min: 0, max: 180, step: 1, value: 100, format: degrees }, draw);
  const small = slider(element, { label: "smaller eigenvalue", min: 0.05, max: 2, step: 0.05, value: 0.4 }, draw);
  const turned = () => (angle.value * Math.PI) / 180;
  plane.drag((x, y) => {
    angle.value = ((Math.atan2(y, x) * 180) / Math.PI + 180) % 180;
    draw();
  }, () => [2 * Math.cos(turned()), 2 * Math.sin(turned())]);

  function draw() {
    const points = stretch(white, 2, small.value, TILT);
    const turn = turned();
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    plane.clear();
    points.forEach((point) => plane.curve([point, project(point, turn)], { color: 4, width: 1 }));
    plane.curve([[-6 * cos, -6 * sin], [6 * cos, 6 * sin]], { color: 0, label: "what the decoder can say" });
    plane.dots(points, { color: 1, label: "data" });
    plane.dots(points.map((point) => project(point, turn)), { color: 0, radius: 2, label: "reconstructions" });

    const curve = Array.from({ length: 91 }, (_, i) => [2 * i, squaredError(points, (2 * i * Math.PI) / 180)]);
    const now = squaredError(points, turn);
    error.clear();
    error.curve([[0, small.value], [180, small.value]], { color: 1, dash: "6 4", label: "smaller eigenvalue" });
    error.curve(curve, { color: 0, label: "mean squared error" });
    error.dots([[angle.value, now]], { color: 0, radius: 5 });
    words.textContent =
      `Error ${now.toFixed(3)}; PCA, at ${degrees((TILT * 180) / Math.PI)}: ${small.value.toFixed(3)}.`;
  }
  draw();
}
