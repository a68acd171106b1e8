// What can be seen of a page, each as a list of what is wrong. The functions run in the page.

// Words of drawings that are lower than nine pixels.
export function smallWords() {
  const found = [...document.querySelectorAll(".md-content svg text")].filter((text) => text.checkVisibility());
  const size = (text) => {
    const { a, b } = text.getScreenCTM();
    return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
  };
  return found.filter((text) => size(text) < 8.95).map((text) => `${text.textContent}: ${size(text).toFixed(1)} px`);
}

// Words of drawings that reach beyond their drawing.
export function outside() {
  const found = [...document.querySelectorAll(".md-content svg[role=img] text")].filter((text) => text.checkVisibility());
  return found
    .filter((text) => {
      const [word, box] = [text, text.ownerSVGElement].map((element) => element.getBoundingClientRect());
      return Math.min(word.left - box.left, box.right - word.right, word.top - box.top, box.bottom - word.bottom) < -2;
    })
    .map((text) => text.textContent);
}

// Formulas that have to be moved sideways.
export function longFormulas() {
  return [...document.querySelectorAll("div.arithmatex")]
    .filter((formula) => formula.checkVisibility() && formula.scrollWidth > formula.clientWidth + 1)
    .map((formula) => `${formula.scrollWidth} > ${formula.clientWidth}: ${formula.querySelector("annotation").textContent}`);
}

// Words that do not stand out from what they stand on by 4.5, or 3 where they are large.
export function faintWords() {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const levels = (color) => {
    if (!known.has(color)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      known.set(color, [...context.getImageData(0, 0, 1, 1).data].map((level) => level / 255));
    }
    return known.get(color);
  };
  const over = ([r, g, b, alpha], ground) => [r, g, b].map((level, i) => alpha * level + (1 - alpha) * ground[i]);
  const ground = (element) => {
    const under = element.parentElement ? ground(element.parentElement) : [1, 1, 1];
    return over(levels(getComputedStyle(element).backgroundColor), under);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const wrong = new Map();
  const walker = document.createTreeWalker(document.querySelector(".md-content"), NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(element)) continue;
    seen.add(element);
    if (element.closest(".katex-mathml, .headerlink, .said, script, style, noscript")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const svg = element.closest("svg");
    const paper = ground(svg ? svg.parentElement : element);
    const [one, other] = [paper, over(levels(svg ? style.fill : style.color), paper)].map(luminance).sort();
    const ratio = (other + 0.05) / (one + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) {
      wrong.set(`${ratio.toFixed(2)} ${svg ? style.fill : style.color}`, walker.currentNode.data.trim().slice(0, 40));
    }
  }
  return [...wrong].map((pair) => pair.join(" "));
}

// Prose of more than 84 characters in a line, in the mean of a paragraph; 75 are meant.
export function longLines() {
  const found = [];
  for (const prose of document.querySelectorAll(".md-content p, .md-content li")) {
    if (prose.querySelector(".arithmatex, code, p, li") || !prose.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(prose);
    const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 4))).size;
    const length = prose.textContent.trim().length / lines;
    if (lines > 2 && length > 84) found.push(`${length.toFixed(0)}: ${prose.textContent.slice(0, 40)}`);
  }
  return found;
}

// What is wider than its box, and shows no shade that says so.
export function cut() {
  const found = [];
  for (const element of document.querySelectorAll(".md-content :not(.katex *, svg *, .said)")) {
    if (element.scrollWidth <= element.clientWidth + 1 || element.clientWidth === 0) continue;
    const { overflowX, backgroundImage } = getComputedStyle(element);
    if (overflowX === "visible" || overflowX === "clip") continue;
    if (!backgroundImage.includes("gradient")) found.push(`${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`);
  }
  return found;
}

// Numbers in tables and drawings that begin with a hyphen.
export function hyphens() {
  const cells = [...document.querySelectorAll(".md-content :is(td, th):not(:has(pre)), .md-content svg text")];
  return cells.map((cell) => cell.textContent.trim()).filter((text) => /(^|[\s(,=[])-\d/.test(text));
}

// Pictures that are mostly white in the dark, also those inside of drawings.
export async function slabs() {
  const found = [];
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  for (const shown of document.querySelectorAll(".md-content :is(img, canvas, svg image)")) {
    if (!shown.checkVisibility()) continue;
    const picture = shown.matches("image") ? Object.assign(new Image(), { src: shown.href.baseVal }) : shown;
    picture.loading = "eager";
    await picture.decode?.();
    const { filter, backgroundColor } = getComputedStyle(shown);
    Object.assign(context, { filter, fillStyle: backgroundColor });
    context.clearRect(0, 0, 32, 32);
    context.fillRect(0, 0, 32, 32);
    context.drawImage(picture, 0, 0, 32, 32);
    const { data } = context.getImageData(0, 0, 32, 32);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += ((data[i] + data[i + 1] + data[i + 2]) / 765) * (data[i + 3] / 255);
    const name = shown.alt ?? shown.ariaLabel ?? shown.ownerSVGElement?.ariaLabel;
    if (sum / 1024 > 0.5) found.push(`${name}: ${(sum / 1024).toFixed(2)}`);
  }
  return found;
}

// Pictures that were fetched for the other theme.
export function inVain() {
  const hidden = [...document.querySelectorAll("picture img[loading=lazy]")].filter((picture) => !picture.checkVisibility());
  return hidden.filter(({ naturalWidth }) => naturalWidth > 0).map(({ src }) => src);
}

// Handles and sliders that say nothing of where they are, and figures that say nothing of what they show.
export function silent() {
  const found = [];
  for (const figure of document.querySelectorAll(".movable")) {
    if (!figure.querySelector("[aria-live], output:not(.control output)")) found.push(`${figure.dataset.figure} has no live region`);
    for (const handle of figure.querySelectorAll("[role=slider], input[type=range]")) {
      const name = handle.ariaLabel ?? handle.labels?.[0].innerText;
      if (!name || !handle.ariaValueText) found.push(`${figure.dataset.figure}: ${handle.outerHTML}`);
    }
  }
  return found;
}

// Controls that are too small for a finger.
export function tight() {
  return [...document.querySelectorAll(".movable :is(input, select, button, .handle, .grip)")]
    .map((control) => [control, control.getBoundingClientRect()])
    .filter(([control, { width, height }]) => height < 43.5 || (control.type === "range" && width < 240))
    .map(([control, { width, height }]) => `${control.outerHTML}: ${width} × ${height}`);
}

// How far what was seen has moved while the page was loading.
export function shift() {
  return new Promise((resolve) => {
    const found = [];
    new PerformanceObserver((list) => found.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => {
      const moved = found.filter((entry) => !entry.hadRecentInput);
      const names = moved.flatMap(({ sources }) => sources.map(({ node }) => node?.className || node?.nodeName));
      resolve([moved.reduce((sum, { value }) => sum + value, 0), [...new Set(names)].join(", ")]);
    }, 50);
  });
}
