// Charts and controls for movable figures, drawn as SVG in the colours of the theme.
//
//   chart(element, { x: [lo, hi], y: [lo, hi], width, height, equal, xlabel, ylabel, title })
//                                                           equal: one unit is as long on both axes
//     .curve(points, { color, dash, fill, label, width })  points: [[x, y], …]; fill: down to y = 0
//     .dots(points, { color, radius, label })
//     .text(x, y, string, { color, anchor })                anchor: "start", "middle" or "end"
//     .heat(f, { color })                                   f(x, y) in [0, 1]: how dense the colour
//     .clear()                                              everything but the axes
//     .axes({ x, y })                                       new limits; clears too
//     .drag(handler, start, { label, says })                handler(x, y) by mouse, touch, arrow keys
//                                                           start: [x, y], or where the handle is now
//                                                           says(x, y): the place in words
//   slider(element, { label, min, max, step, value, format }, onchange)   onchange(value)
//   choice(element, { label, options, value }, onchange)    options: strings; onchange(string)
//   button(element, label, onclick)
//
// All drawing methods of a chart return the chart. A colour is a number, 0 to 9, of the series, or
// any colour of CSS. Slider and choice have a `value` to read and to set (which calls nobody), and
// call nobody before they are moved.

const NAMESPACE = "http://www.w3.org/2000/svg";
let count = 0;

function node(parent, name, attributes = {}, text) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return parent.appendChild(made);
}

function html(parent, name, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(name), properties));
}

const paint = (color) => (typeof color === "number" ? `var(--c${color})` : color);
// A word in the colour of a mark is mixed with ink, so that it can be read.
const word = (color) =>
  typeof color === "number" ? `color-mix(in srgb, var(--c${color}) 60%, var(--ink))` : color;

// About five round numbers between lo and hi.
export function ticks(lo, hi) {
  const rough = (hi - lo) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9; i++) {
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

const signed = (number) => String(number).replace("-", "−");

export function chart(element, options) {
  const { xlabel = "", ylabel = "", title = "" } = options;
  let { x: [x0, x1], y: [y0, y1] } = options;
  const [left, right, top, bottom] = [ylabel ? 52 : 38, 12, 10, xlabel ? 42 : 26];
  const figure = html(element, "div", { className: "chart" });
  const graph = html(figure, "div", { className: "graph" });
  const svg = node(graph, "svg", { role: "img" });
  const about = title || [xlabel, ylabel].filter(Boolean).join(" against ");
  svg.setAttribute("aria-label", about);
  const id = `clip-${count++}`;
  const clip = node(node(node(svg, "defs"), "clipPath", { id }), "rect", { x: left, y: top });
  const frame = node(svg, "g", { class: "axes" });
  const inside = node(svg, "g", { "clip-path": `url(#${id})` });
  const legend = html(figure, "div", { className: "legend" });

  // On a narrow screen the chart is narrower, and its words stay as large as they are.
  const room = () => Math.min(options.width ?? 560, Math.max(element.clientWidth, 240));
  let width, height;
  function fit() {
    width = room();
    const level = top + bottom + ((width - left - right) * (y1 - y0)) / (x1 - x0);
    height = options.equal ? level : (options.height ?? 320);
    graph.style.maxWidth = `${width}px`;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    clip.setAttribute("width", width - left - right);
    clip.setAttribute("height", height - top - bottom);
  }

  const across = (x) => left + ((x - x0) / (x1 - x0)) * (width - left - right);
  const up = (y) => height - bottom - ((y - y0) / (y1 - y0)) * (height - top - bottom);
  const place = ([x, y]) => `${across(x).toFixed(2)},${up(y).toFixed(2)}`;

  function name(label, color, kind) {
    if (!label) return;
    const entry = html(legend, "span");
    html(entry, "i", { className: kind }).style.setProperty("--series", paint(color));
    entry.append(label);
  }

  let follow = () => {}; // puts the handle where the figure says that it is
  let drawn = []; // what stands inside of the axes

  function draw(mark) {
    drawn.push(mark);
    mark();
    return self;
  }

  function rule() {
    frame.replaceChildren();
    const [floor, wall] = [height - bottom, width - right];
    node(frame, "path", { d: `M${left},${top}V${floor}H${wall}` });
    for (const t of ticks(x0, x1)) {
      node(frame, "path", { d: `M${across(t)},${floor}v4` });
      node(frame, "text", { x: across(t), y: floor + 16, "text-anchor": "middle" }, signed(t));
    }
    for (const t of ticks(y0, y1)) {
      node(frame, "path", { d: `M${left},${up(t)}h-4` });
      node(frame, "text", { x: left - 7, y: up(t) + 4, "text-anchor": "end" }, signed(t));
    }
    node(frame, "text", { x: (left + wall) / 2, y: height - 6, "text-anchor": "middle" }, xlabel);
    const turn = `translate(13,${(top + floor) / 2}) rotate(-90)`;
    node(frame, "text", { transform: turn, "text-anchor": "middle" }, ylabel);
  }

  // A phone that is turned has another width: the same marks, in their new places.
  new ResizeObserver(() => {
    if (room() === width) return;
    fit();
    rule();
    const marks = drawn;
    self.clear();
    marks.forEach(draw);
  }).observe(element);

  const self = {
    svg,
    axes({ x = [x0, x1], y = [y0, y1] }) {
      [[x0, x1], [y0, y1]] = [x, y];
      rule();
      return self.clear();
    },
    clear() {
      drawn = [];
      inside.replaceChildren();
      legend.replaceChildren();
      queueMicrotask(() => follow());
      return self;
    },
    curve(points, { color = 0, dash = "", fill = false, label = "", width: thick = 2 } = {}) {
      const finite = points.filter((point) => point.every(Number.isFinite));
      if (finite.length === 0) return self;
      return draw(() => {
        const line = finite.map(place).join("L");
        if (fill) {
          const [first, last] = [finite[0][0], finite.at(-1)[0]];
          const area = `M${place([first, 0])}L${line}L${place([last, 0])}Z`;
          node(inside, "path", { d: area, style: `fill:${paint(color)};fill-opacity:0.18` });
        }
        const style = `fill:none;stroke:${paint(color)};stroke-width:${thick};stroke-dasharray:${dash}`;
        node(inside, "path", { d: `M${line}`, style, "stroke-linejoin": "round" });
        name(label, color, dash ? "dashed" : "line");
      });
    },
    dots(points, { color = 0, radius = 3, label = "" } = {}) {
      return draw(() => {
        for (const [x, y] of points) {
          if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
          node(inside, "circle", { cx: across(x), cy: up(y), r: radius, style: `fill:${paint(color)}` });
        }
        name(label, color, "dot");
      });
    },
    text(x, y, string, { color = "currentColor", anchor = "start" } = {}) {
      const style = { "text-anchor": anchor, style: `fill:${word(color)}` };
      return draw(() => node(inside, "text", { x: across(x), y: up(y), ...style }, string));
    },
    heat(f, { color = 0 } = {}) {
      const [columns, rows] = [96, 64];
      const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
      const context = canvas.getContext("2d");
      const image = context.createImageData(columns, rows);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const x = x0 + ((column + 0.5) / columns) * (x1 - x0);
          const y = y1 - ((row + 0.5) / rows) * (y1 - y0);
          const density = Math.min(Math.max(f(x, y), 0), 1);
          image.data.set([255, 255, 255, Math.round(255 * density)], 4 * (row * columns + column));
        }
      }
      context.putImageData(image, 0, 0);
      const href = canvas.toDataURL();
      return draw(() => {
        const box = { width: clip.getAttribute("width"), height: clip.getAttribute("height"), x: left, y: top };
        const mask = node(inside, "mask", { id: `mask-${count++}` });
        node(mask, "image", { ...box, href, preserveAspectRatio: "none" });
        node(inside, "rect", { ...box, mask: `url(#${mask.id})`, style: `fill:${paint(color)}` });
      });
    },
    // A tap or a mouse moves the point from anywhere. A finger that slides takes the page with it,
    // unless it begins on the handle.
    drag(handler, start = [(x0 + x1) / 2, (y0 + y1) / 2], { label = about, says } = {}) {
      let last = start;
      const where = () => (typeof start === "function" ? start() : last);
      const between = (value, lo, hi) => Math.min(Math.max(value, lo), hi);
      const move = (x, y) => {
        last = [between(x, x0, x1), between(y, y0, y1)];
        handler(...last);
        follow();
      };
      const place = ({ clientX, clientY }) => {
        const box = svg.getBoundingClientRect();
        const column = ((clientX - box.left) / box.width) * width;
        const row = ((clientY - box.top) / box.height) * height;
        return [
          x0 + ((column - left) / (width - left - right)) * (x1 - x0),
          y0 + ((height - bottom - row) / (height - top - bottom)) * (y1 - y0),
        ];
      };
      const rounded = (value) => signed(Number(value.toPrecision(3)));
      const words = says ?? ((x, y) => `${xlabel || "x"} ${rounded(x)}, ${ylabel || "y"} ${rounded(y)}`);
      const handle = html(graph, "div", { className: "handle", tabIndex: 0, role: "slider" });
      handle.setAttribute("aria-label", label);
      handle.setAttribute("aria-valuemin", x0);
      handle.setAttribute("aria-valuemax", x1);
      follow = () => {
        const [x, y] = where();
        handle.style.left = `${(100 * across(between(x, x0, x1))) / width}%`;
        handle.style.top = `${(100 * up(between(y, y0, y1))) / height}%`;
        handle.setAttribute("aria-valuenow", x);
        handle.setAttribute("aria-valuetext", words(x, y));
      };
      queueMicrotask(follow);

      let grip = [0, 0]; // from the point to the finger on its handle
      const drags = (target, accepts, held) => {
        target.addEventListener("pointerdown", (event) => {
          if (!accepts(event)) return;
          target.setPointerCapture(event.pointerId);
          const [x, y] = place(event);
          grip = held ? [x - where()[0], y - where()[1]] : [0, 0];
          move(x - grip[0], y - grip[1]);
        });
        target.addEventListener("pointermove", (event) => {
          if (!accepts(event) || !target.hasPointerCapture(event.pointerId)) return;
          const [x, y] = place(event);
          move(x - grip[0], y - grip[1]);
        });
      };
      graph.classList.add("draggable");
      drags(handle, () => true, true);
      drags(svg, (event) => event.pointerType !== "touch", false);
      svg.addEventListener("click", (event) => move(...place(event)));
      handle.addEventListener("keydown", (event) => {
        const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key] ?? [];
        if (dx === undefined) return;
        event.preventDefault();
        const [x, y] = where();
        move(x + (dx * (x1 - x0)) / 40, y + (dy * (y1 - y0)) / 40);
      });
      return self;
    },
  };
  fit();
  return self.axes({});
}

function control(element, label) {
  const row = html(element, "label", { className: "control" });
  html(row, "span", { textContent: label });
  return row;
}

export function slider(element, options, onchange) {
  const { label, min, max, step, value, format = (v) => v.toFixed(2) } = options;
  const row = control(element, label);
  const input = html(row, "input", { type: "range", min, max, step, value });
  const output = html(row, "output", { ariaHidden: "true" }); // the slider itself says it
  const say = () => {
    output.textContent = signed(format(input.valueAsNumber));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    say();
    onchange(input.valueAsNumber);
  });
  say();
  return {
    input,
    get value() { return input.valueAsNumber; },
    set value(next) { input.value = next; say(); },
  };
}

export function choice(element, { label, options, value }, onchange) {
  const select = html(control(element, label), "select");
  for (const option of options) html(select, "option", { value: option, textContent: option });
  select.value = value ?? options[0];
  select.addEventListener("change", () => onchange(select.value));
  return select;
}

export function button(element, label, onclick) {
  const made = html(element, "button", { type: "button", className: "md-button", textContent: label });
  made.addEventListener("click", onclick);
  return made;
}
