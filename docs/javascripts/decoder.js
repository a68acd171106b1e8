// The decoder of a trained model: dense layers with ReLU, and the mean of its likelihood.

export function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

// Layers as examples/explorer.py writes them: kernel ≈ weights · scale, 8 or 16 bits for a weight.
export function load(layers) {
  return layers.map(({ shape, weights, scale, bias }) => {
    const integers = bytes(weights);
    const Kind = integers.byteLength === shape[0] * shape[1] ? Int8Array : Int16Array;
    return {
      shape,
      weights: new Kind(integers),
      scale: new Float32Array(bytes(scale)),
      bias: new Float32Array(bytes(bias)),
    };
  });
}

function dense({ shape: [inputs, units], weights, scale, bias }, x) {
  const sums = new Float32Array(units);
  for (let i = 0; i < inputs; i++) {
    if (x[i] === 0) continue;
    for (let j = 0; j < units; j++) sums[j] += x[i] * weights[i * units + j];
  }
  return sums.map((sum, j) => sum * scale[j] + bias[j]);
}

// What the last layer says: the logits of a Bernoulli likelihood, the mean of a normal one.
export function outputs(layers, z) {
  let features = Float32Array.from(z);
  layers.forEach((layer, index) => {
    if (index > 0) features = features.map((value) => Math.max(value, 0));
    features = dense(layer, features);
  });
  return features;
}

// The mean of a Bernoulli p(x|z), one number in [0, 1] for each pixel.
export function decode(layers, z) {
  return outputs(layers, z).map((logit) => 1 / (1 + Math.exp(-logit)));
}

// A canvas of ink: how much of it, pixel by pixel; the stylesheet turns black as a theme needs it.
export function paint(canvas, pixels, [red, green, blue] = [0, 0, 0]) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  pixels.forEach((value, i) => {
    image.data.set([red, green, blue, Math.round(255 * value)], 4 * i);
  });
  context.putImageData(image, 0, 0);
}

// log p(z) of N(0, I), in nats.
export function logPrior(z) {
  return z.reduce((sum, value) => sum - 0.5 * (value * value + Math.log(2 * Math.PI)), 0);
}

// N(0, I) in the plane has this share of its mass within this distance of the origin.
export const radius = (share) => Math.sqrt(-2 * Math.log(1 - share));
