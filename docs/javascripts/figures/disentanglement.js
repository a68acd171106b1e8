// A rotated latent plane: exact posteriors, the best diagonal ones, and the gap between them.
import { chart, slider } from "../plot.js";
import { ellipse, graph } from "../shapes.js";

// The precision [[xx, xy], [xy, yy]] of the exact posterior after a rotation of the plane.
export function precision(angle, first, second) {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [first * c * c + second * s * s, (first - second) * s * c, first * s * s + second * c * c];
}

// How far the best diagonal posterior stays below log p(x), in nats.
export function gap(angle, first, second) {
  const [xx, , yy] = precision(angle, first, second);
  return 0.5 * Math.log((xx * yy) / (first * second));
}

export default function (element) {
  const first = 12;
  const corners = [[0, 0], [1.4, 0], [-1.4, 0], [0, 1.4], [0, -1.4]];
  const rotation = slider(element, { label: "rotation θ", min: 0, max: 180, step: 1, value: 30, format: (v) => `${v}°` }, draw);
  const other = slider(element, { label: "precision l₂ (l₁ = 12)", min: 1.5, max: 12, step: 0.5, value: 2, format: (v) => v.toFixed(1) }, draw);
  const plane = chart(element, { x: [-2.4, 2.4], y: [-2.4, 2.4], width: 360, equal: true, xlabel: "z₁", ylabel: "z₂" });
  const gaps = chart(element, { x: [0, 180], y: [0, 0.5], height: 210, xlabel: "rotation θ (degrees)", ylabel: "gap (nats)" });

  function draw() {
    const [angle, second] = [turned(), other.value];
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const [xx, xy, yy] = precision(angle, first, second);
    const determinant = first * second;
    plane.clear().curve(ellipse([0, 0], [1, 0, 1]), { color: "var(--prior)", dash: "3 4", label: "prior" });
    corners.forEach(([x, y], i) => {
      const center = [c * x - s * y, s * x + c * y];
      const name = (label) => (i ? "" : label);
      plane.curve(ellipse(center, [yy / determinant, -xy / determinant, xx / determinant]), { color: "var(--exact)", label: name("exact posteriors") });
      plane.curve(ellipse(center, [1 / xx, 0, 1 / yy]), { color: "var(--encoder)", dash: "5 3", label: name("best diagonal") });
    });
    const lost = gap(angle, first, second);
    gaps.clear().curve(graph((degrees) => gap((degrees * Math.PI) / 180, first, second), 0, 180), { color: "var(--gap)" });
    gaps.dots([[rotation.value, lost]], { color: "var(--gap)", radius: 6, label: `gap ${lost.toFixed(3)} nats; p(x) unchanged` });
  }
  const turned = () => (rotation.value * Math.PI) / 180;
  plane.drag((x, y) => {
    rotation.value = ((Math.atan2(y, x) * 180) / Math.PI + 180) % 180;
    draw();
  }, () => [1.4 * Math.cos(turned()), 1.4 * Math.sin(turned())]);
  draw();
}
