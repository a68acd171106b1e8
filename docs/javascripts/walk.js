// A closed way through the plane that lingers at its stations.

const add = (a, b, share) => a.map((value, i) => value + share * b[i]);
const between = (a, b) => Math.hypot(...add(a, b, -1));

// Between two stations the cubic of Catmull and Rom: smooth, and through all of them.
function curve([before, from, to, after], u) {
  return from.map((_, i) => {
    const [a, b, c, d] = [before[i], from[i], to[i], after[i]];
    return b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)));
  });
}

// `at(seconds)` is where one is, `nearest(z)` the time at which the way comes closest to z.
export function closedWay(stations) {
  const count = stations.length;
  const around = (i) => [-1, 0, 1, 2].map((step) => stations[(i + step + count) % count]);
  const legs = stations.map((_, i) => 1.2 + 1.4 * between(...around(i).slice(1, 3)));
  const whole = legs.reduce((sum, leg) => sum + leg, 0);
  const at = (seconds) => {
    let [rest, leg] = [((seconds % whole) + whole) % whole, 0];
    while (leg < count - 1 && rest >= legs[leg]) rest -= legs[leg++];
    const share = rest / legs[leg];
    return curve(around(leg), share * share * (3 - 2 * share)); // slow at both ends
  };
  const times = Array.from({ length: 24 * count }, (_, i) => (i * whole) / (24 * count));
  const nearest = (z) => times.reduce((a, b) => (between(at(b), z) < between(at(a), z) ? b : a));
  return { at, nearest, outline: times.map(at) };
}
