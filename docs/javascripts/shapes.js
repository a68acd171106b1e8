// Points of shapes that several figures draw.

// The outline of a histogram as a density: [[x, height], …] from lo to hi.
export function histogram(values, lo, hi, bins) {
  const counts = new Array(bins).fill(0);
  const width = (hi - lo) / bins;
  for (const value of values) {
    const bin = Math.floor((value - lo) / width);
    if (bin >= 0 && bin < bins) counts[bin] += 1;
  }
  return counts.flatMap((count, i) => {
    const height = count / (values.length * width);
    return [[lo + i * width, height], [lo + (i + 1) * width, height]];
  });
}

// The points one standard deviation from the centre of a normal with covariance [[xx, xy], [xy, yy]].
export function ellipse([x, y], [xx, xy, yy]) {
  const first = Math.sqrt(xx); // the Cholesky factor, row by row
  const cross = xy / first;
  const second = Math.sqrt(yy - cross * cross);
  return Array.from({ length: 61 }, (_, i) => {
    const [u, v] = [Math.cos((2 * Math.PI * i) / 60), Math.sin((2 * Math.PI * i) / 60)];
    return [x + first * u, y + cross * u + second * v];
  });
}

// f at `count` points from lo to hi.
export function graph(f, lo, hi, count = 200) {
  return Array.from({ length: count + 1 }, (_, i) => {
    const x = lo + ((hi - lo) * i) / count;
    return [x, f(x)];
  });
}

// The density of a normal.
export function density(z, mean, deviation) {
  return Math.exp(-0.5 * ((z - mean) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));
}

// Which of the points is nearest to a place, where these lengths across and up count alike.
export function nearest(points, [x, y], [across, up]) {
  const away = points.map((point) => Math.hypot((point[0] - x) / across, (point[1] - y) / up));
  return away.indexOf(Math.min(...away));
}
