// Says what a symbol of a formula means, in the words of the page's list of symbols: under the
// pointer, at a touch, and of a whole formula that is reached by the keyboard.
const list = document.querySelector("details.symbols");
const DELAY = 150; // milliseconds that a pointer rests on a symbol, or takes to reach the note
const GLYPHS = ".mord, .mop, .mrel, .mbin";
const ALPHABETS = ["mathcal", "mathbb", "mathbf", "mathrm"];

// A glyph of KaTeX as a name: the same letter in another alphabet is another symbol. Neighbours such
// as the ij of an index are one glyph.
function name(glyph) {
  if (glyph.childElementCount || !glyph.matches(GLYPHS)) return "";
  const text = glyph.textContent.trim();
  if (/^[\d.,⋅\u200b]*$/u.test(text)) return "";
  const alphabet = ALPHABETS.find((alphabet) => glyph.closest(`.${alphabet}`)) ?? "";
  return `${alphabet} ${glyph.matches(".mathnormal") ? [...text][0] : text}`;
}

const glyphs = (formula) => formula.querySelectorAll(".katex-html span");

// Of each symbol the row that explains it; made when first asked, since formulas may be drawn late.
let meanings;
function row(glyph) {
  if (!meanings?.size) {
    meanings = new Map();
    for (const row of list.querySelectorAll("tbody tr")) {
      for (const glyph of glyphs(row.cells[0])) {
        const known = name(glyph);
        if (known && !meanings.has(known)) meanings.set(known, row);
      }
    }
  }
  return meanings.get(name(glyph));
}

const note = Object.assign(document.createElement("div"), { className: "meaning", hidden: true });
note.id = "meaning";
note.setAttribute("role", "tooltip");
let waiting;

function show(rows, at) {
  clearTimeout(waiting);
  const lines = rows.map((row) => {
    const line = document.createElement("p");
    const [symbol, words] = [...row.cells].map((cell) => cell.cloneNode(true));
    line.append(...symbol.childNodes, ": ", ...words.childNodes);
    return line;
  });
  note.replaceChildren(...lines);
  note.hidden = false;
  const { left } = at.getBoundingClientRect();
  const { bottom } = (at.closest(".katex-display") ?? at).getBoundingClientRect();
  const room = document.documentElement.clientWidth - note.offsetWidth - 8;
  note.style.left = `${Math.max(8, Math.min(left, room)) + scrollX}px`;
  note.style.top = `${bottom + 6 + scrollY}px`;
}

function hide() {
  clearTimeout(waiting);
  note.hidden = true;
}

function later(action) {
  clearTimeout(waiting);
  waiting = setTimeout(action, DELAY);
}

function listen() {
  document.body.append(note);
  const inFormula = (target) => target.closest?.(".katex-html") && !target.closest(".meaning");
  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    const found = inFormula(target) && row(target);
    if (found) {
      target.classList.add("explained");
      later(() => show([found], target));
    } else if (target.closest?.(".meaning")) clearTimeout(waiting);
    else if (!note.hidden || waiting) later(hide);
  });
  document.addEventListener("click", ({ target }) => {
    const found = inFormula(target) && row(target);
    if (found) show([found], target);
    else if (!target.closest?.(".meaning")) hide();
  });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  for (const formula of document.querySelectorAll("div.arithmatex")) {
    formula.tabIndex = 0;
    formula.addEventListener("focus", () => {
      const rows = [...new Set([...glyphs(formula)].map(row).filter(Boolean))];
      if (!rows.length || !formula.matches(":focus-visible")) return;
      show(rows, formula);
      formula.setAttribute("aria-describedby", note.id);
    });
    formula.addEventListener("blur", () => {
      hide();
      formula.removeAttribute("aria-describedby");
    });
  }
}

if (list) listen();
