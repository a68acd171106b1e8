// Sliders move a decoded face along directions of its code, plain ones or balanced ones.
import { load, outputs } from "../decoder.js";
import { glasses, mouth, shade } from "../faces.js";
import { choice, slider } from "../plot.js";

const MEASURES = { smile: mouth, glasses, shade };

// z + Σ amount · direction.
export function moved(z, directions, amounts) {
  return z.map((value, j) => directions.reduce((sum, one, k) => sum + amounts[k] * one[j], value));
}

const said = (value) => value.toFixed(2).replace("-", "−");

// The paper around a face: as bright as paper, and joined to the edge of the picture.
export function around(pixels, width) {
  const outside = new Array(pixels.length).fill(false);
  const ends = (i) => i % width === 0 || i % width === width - 1 || i < width || i >= pixels.length - width;
  const next = [...pixels.keys()].filter(ends);
  while (next.length) {
    const i = next.pop();
    if (outside[i] || !(pixels[i] < 0.06)) continue;
    outside[i] = true;
    if (i % width > 0) next.push(i - 1);
    if (i % width < width - 1) next.push(i + 1);
    next.push(i - width, i + width);
  }
  return outside;
}

// A face is opaque, since in the dark its negative is hard to read, and its paper is that of the page.
// The outermost pixels of a face are half paper.
function paintFace(canvas, pixels) {
  const { width, height } = canvas;
  const outside = around(pixels, width);
  const image = new ImageData(width, height);
  pixels.forEach((ink, i) => {
    const paper = [i, i - 1, i + 1, i - width, i + width].some((j) => outside[j]);
    const level = paper ? 0 : 255 * (1 - ink);
    image.data.set([level, level, level, paper ? 255 * ink : 255], 4 * i);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function picture(element, [height, width], label) {
  const side = Object.assign(document.createElement("div"), { className: "answer" });
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const words = document.createElement("output");
  side.append(canvas, words);
  element.append(side);
  return (name, pixels) => {
    paintFace(canvas, pixels);
    const found = Object.entries(MEASURES).map(([attribute, of]) => `${attribute} ${said(of(pixels))}`);
    words.textContent = [name, ...found].join("\n");
  };
}

export default async function (element) {
  const file = "../../assets/examples/latent_directions/decoder.json";
  const model = await (await fetch(new URL(file, import.meta.url))).json();
  const network = load(model.layers);
  const faces = Object.assign(document.createElement("div"), { className: "faces" });
  element.append(faces);
  const [before, after] = ["The face as decoded", "The face after the move"].map((label) =>
    picture(faces, model.image, label),
  );

  const draw = () => {
    const z = model.codes[Number(face.value) - 1];
    const amounts = sliders.map((one) => one.value);
    before("decoded", outputs(network, z));
    after("moved", outputs(network, moved(z, model[kind.value], amounts)));
  };
  const face = choice(element, { label: "held-out face", options: model.codes.map((_, i) => `${i + 1}`) }, draw);
  const kind = choice(element, { label: "directions", options: ["plain", "balanced"] }, draw);
  const limits = { min: -1.5, max: 1.5, step: 0.05, format: (value) => `${value > 0 ? "+" : ""}${said(value)}` };
  const sliders = Object.entries({ smile: 1, glasses: 0, shade: 0 }).map(([label, value]) =>
    slider(element, { label, value, ...limits }, draw),
  );
  draw();
}
