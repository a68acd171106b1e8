// A walk through the latent plane of a trained model: the decoder answers with a picture.
//
// The plane is covered with what the decoder says at each place, in the colours of the codes around
// it. A point walks past clear pictures until it is dragged, tapped elsewhere, moved with the arrow
// keys, paused or out of sight; for those who prefer reduced motion it stands.
import { decode, load, logPrior, paint, radius } from "../decoder.js";
import { closedWay } from "../walk.js";

const REACH = 3.1; // the plane is shown from −REACH to REACH
const TILES = 23; // pictures from side to side
const SIDE = 1000; // pixels of the canvas they stand on
const STEP = (2 * REACH) / TILES;

function make(parent, name, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(name), properties));
}

// How much the codes around z are of each class; the nearest ones count most.
function kinship(points, classes, z) {
  const squares = points.map(([x, y]) => (x - z[0]) ** 2 + (y - z[1]) ** 2);
  const least = Math.min(...squares);
  const shares = new Array(classes).fill(0);
  squares.forEach((square, i) => {
    shares[points[i][2]] += Math.exp((least - square) / 0.04);
  });
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}

// Places of the pictures, from the middle outwards, as far as the ring of 99 %.
function places() {
  const line = Array.from({ length: TILES }, (_, i) => (i + 0.5) * STEP - REACH);
  return line
    .flatMap((y) => line.map((x) => [x, y]))
    .filter((z) => Math.hypot(...z) < radius(0.99))
    .sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
}

const rings = [0.5, 0.9, 0.99]
  .map((share) => {
    const r = radius(share);
    return `<circle r="${r}"/><text y="${-r + 0.055}">${Math.round(100 * share)} %</text>`;
  })
  .join("");

const words = (z) => z.map((value) => value.toFixed(2).replace("-", "−")).join(", ");

export default async function (element) {
  const source = element.dataset.source ?? new URL("../../assets/explorer.json", import.meta.url);
  const { layers, image: [height, width], points, walk } = await (await fetch(source)).json();
  const network = load(layers);
  const classes = 1 + Math.max(...points.map((point) => point[2]));
  const way = closedWay(walk);

  const plane = make(element, "div", { className: "latent draggable", tabIndex: 0 });
  plane.setAttribute("role", "slider");
  plane.setAttribute("aria-label", "Point of the latent plane; the arrow keys move it");
  plane.setAttribute("aria-valuemin", -REACH);
  plane.setAttribute("aria-valuemax", REACH);
  const field = make(plane, "canvas", { width: SIDE, height: SIDE });
  const track = way.outline.map(([x, y]) => `${x.toFixed(3)},${(-y).toFixed(3)}`).join(" ");
  plane.insertAdjacentHTML(
    "beforeend",
    `<svg viewBox="${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}" aria-hidden="true">
      ${rings}<polygon points="${track}"/></svg>`,
  );
  const grip = make(plane, "div", { className: "grip" });

  const side = make(element, "div", { className: "says" });
  const digit = make(side, "canvas", { width, height });
  digit.setAttribute("role", "img");
  digit.setAttribute("aria-label", "The mean of p(x|z) at the chosen z");
  const kin = make(side, "div", { className: "kin", ariaHidden: "true" });
  const bars = Array.from({ length: classes }, (_, k) => {
    const column = make(kin, "span", { textContent: k });
    return column.insertBefore(document.createElement("i"), column.firstChild);
  });
  const place = make(side, "p");
  const buttons = make(side, "div", { className: "buttons" });
  const walking = make(buttons, "button", { type: "button", className: "md-button" });
  const dots = make(buttons, "button", { type: "button", className: "md-button", textContent: "Codes" });
  dots.title = "Show the codes of held-out pictures instead";
  dots.setAttribute("aria-pressed", "false");

  // The colours of the classes in the theme of the moment, and a mixture of them.
  let palette;
  const mixed = (shares) =>
    [0, 1, 2].map((i) => shares.reduce((sum, share, k) => sum + share * palette[k][i], 0));

  const pen = field.getContext("2d");
  const tile = Object.assign(document.createElement("canvas"), { width, height });
  const onCanvas = ([x, y]) => [x, -y].map((value) => ((value + REACH) / (2 * REACH)) * SIDE);
  const around = places();
  const pictures = []; // what the decoder says at each of these places, once it was asked
  let shown = 0; // how many of them stand on the canvas

  function drawPicture(index) {
    const z = around[index];
    pictures[index] ??= { means: decode(network, z), shares: kinship(points, classes, z) };
    const { means, shares } = pictures[index];
    paint(tile, means, mixed(shares));
    const [x, y] = onCanvas(z);
    const size = (1.25 * SIDE) / TILES; // digits have a margin: it may lie below the neighbour
    pen.globalAlpha = 0.35 + 0.65 * Math.exp(-0.12 * Math.hypot(...z) ** 2);
    pen.drawImage(tile, x - size / 2, y - size / 2, size, size);
  }

  function drawCodes() {
    pen.globalAlpha = 0.85;
    for (const [x, y, label] of points) {
      pen.fillStyle = `rgb(${palette[label]})`;
      pen.beginPath();
      pen.arc(...onCanvas([x, y]), 7, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  // Pictures for so many milliseconds; the rest in the frames that follow.
  function cover(milliseconds) {
    const end = performance.now() + milliseconds;
    while (shown < around.length && performance.now() < end) drawPicture(shown++);
  }

  function begin() {
    const style = getComputedStyle(element);
    palette = bars.map((_, k) => {
      const hex = style.getPropertyValue(`--c${k % 10}`).trim();
      return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    });
    bars.forEach((bar, k) => (bar.style.backgroundColor = `rgb(${palette[k]})`));
    pen.clearRect(0, 0, SIDE, SIDE);
    shown = dots.ariaPressed === "true" ? around.length : 0;
    if (shown) drawCodes();
    move(picked);
  }

  let picked = way.at(0);
  function move(z) {
    picked = z.map((value) => Math.min(Math.max(value, -REACH), REACH));
    const shares = kinship(points, classes, picked);
    const colour = mixed(shares);
    paint(digit, decode(network, picked), colour);
    bars.forEach((bar, k) => (bar.style.height = `${(100 * shares[k]).toFixed(1)}%`));
    const [left, top] = onCanvas(picked).map((value) => `${(100 * value) / SIDE}%`);
    Object.assign(grip.style, { left, top, backgroundColor: `rgb(${colour})` });
    place.textContent = `z = (${words(picked)})\nlog p(z) = −${(-logPrior(picked)).toFixed(2)} nats`;
  }

  // Said when someone asks, and not at every step of the walk.
  function say() {
    plane.setAttribute("aria-valuenow", picked[0].toFixed(2));
    plane.setAttribute("aria-valuetext", `z = (${words(picked)})`);
  }

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let goes = false;
  let seen = true;
  let [time, apart, before, waits] = [0, [0, 0], null, null];

  function frame(now) {
    waits = null;
    cover(still.matches ? Infinity : 6);
    if (goes) {
      const passed = Math.min(now - (before ?? now), 100) / 1000;
      time += passed;
      apart = apart.map((value) => value * Math.exp(-2 * passed)); // back onto the way
      move(way.at(time).map((value, i) => value + apart[i]));
    }
    before = now;
    next();
  }
  function next() {
    if (seen && (goes || shown < around.length)) waits ??= requestAnimationFrame(frame);
    else before = null;
  }
  function go(on) {
    if (on && !goes) {
      time = way.nearest(picked);
      apart = picked.map((value, i) => value - way.at(time)[i]);
    }
    goes = on;
    walking.textContent = goes ? "❚❚ Pause" : "▶ Walk";
    if (!goes) say();
    next();
  }
  function put(z) {
    move(z);
    go(false);
  }

  const follow = (event) => {
    const box = plane.getBoundingClientRect();
    put([
      ((event.clientX - box.left) / box.width - 0.5) * 2 * REACH,
      (0.5 - (event.clientY - box.top) / box.height) * 2 * REACH,
    ]);
  };
  // A finger drags the point itself; beside it, it taps, or scrolls the page.
  let dragged = null;
  plane.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" && event.target !== grip) return;
    dragged = event.pointerId;
    plane.setPointerCapture(dragged);
    follow(event);
  });
  plane.addEventListener("pointermove", (event) => event.pointerId === dragged && follow(event));
  plane.addEventListener("lostpointercapture", () => (dragged = null));
  plane.addEventListener("click", follow);
  plane.addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key] ?? [];
    if (x === undefined) return;
    event.preventDefault();
    put([picked[0] + 0.1 * x, picked[1] + 0.1 * y]);
  });
  walking.addEventListener("click", () => go(!goes));
  dots.addEventListener("click", () => {
    dots.ariaPressed = String(dots.ariaPressed !== "true");
    begin();
    next();
  });
  new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    next();
  }).observe(plane);
  new MutationObserver(() => {
    begin();
    next();
  }).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });

  begin();
  go(!still.matches);
}
