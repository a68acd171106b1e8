// What is measured on a face of 32 × 32, by the formulas of keras_vae.datasets.

const SIZE = 32;
const [INK, LIGHT, DARK] = [0.95, 0.1, 0.42];
const [EYE, RING, RING_THICK] = [0.33, 0.225, 0.025];
const [MOUTH_HALF, MOUTH_BEND, FAINT] = [0.3, 1.2, 0.2];

// Middles of the pixels: u from −1 at the left to 1 at the right, v from −1 at the top to 1.
const PLACES = Array.from({ length: SIZE * SIZE }, (_, i) => [
  ((i % SIZE) + 0.5) * (2 / SIZE) - 1,
  (Math.floor(i / SIZE) + 0.5) * (2 / SIZE) - 1,
]);
const where = (inside) => PLACES.flatMap(([u, v], i) => (inside(Math.abs(u), v) ? [i] : []));
const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;

const CHEEKS = where((u, v) => v > 0.25 && v < 0.4375 && u < 0.4);
const AROUND_MOUTH = where((u, v) => v > 0.4375 && v < 0.75 && u < MOUTH_HALF);
const BELOW_EYES = where((u, v) => Math.hypot(u - EYE, v) > RING - 0.045 && v > 0.06);

const skin = (x) => mean(CHEEKS.map((i) => x[i]));

// The part of a pixel that glasses cover.
function glassesAt([u, v]) {
  const ring = Math.abs(Math.hypot(Math.abs(u) - EYE, v) - RING);
  const bridge = Math.hypot(Math.max(Math.abs(u) - (EYE - RING), 0), v + 0.06);
  return Math.min(Math.max(0.5 - (Math.min(ring, bridge) - RING_THICK) * (SIZE / 2), 0), 1);
}

// The coefficient of u² in the line of the mouth, by least squares: 1 for the broadest smile.
export function mouth(x) {
  const ground = skin(x);
  const dark = (i) => Math.max(x[i] - ground, 0) / Math.max(INK - ground, 1e-6);
  const raw = AROUND_MOUTH.map((i) => Math.max(dark(i) - FAINT, 0));
  const total = Math.max(sum(raw), 1e-6);
  const expected = (f) => sum(raw.map((weight, k) => (weight / total) * f(...PLACES[AROUND_MOUTH[k]])));
  const square = expected((u) => u * u);
  const covariance = expected((u, v) => u * u * v) - square * expected((u, v) => v);
  const variance = expected((u) => u ** 4) - square ** 2;
  return -covariance / Math.max(variance, 1e-9) / MOUTH_BEND;
}

// The least-squares coefficient of the picture of glasses: 0 none, 1 all of their ink.
export function glasses(x) {
  const ground = skin(x);
  const ring = BELOW_EYES.map((i) => glassesAt(PLACES[i]));
  const found = sum(BELOW_EYES.map((i, k) => (x[i] - ground) * ring[k]));
  return found / sum(ring.map((part) => part * part)) / Math.max(INK - ground, 1e-6);
}

// How dark the skin is: 0 light, 1 dark.
export const shade = (x) => (skin(x) - LIGHT) / (DARK - LIGHT);
