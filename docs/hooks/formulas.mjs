// Renders formulas by KaTeX: [[source, display], …] comes in, {html} or {fault} of each goes out.
import { readFileSync } from "node:fs";
import katex from "katex";

// One notation for all pages.
const macros = {
  "\\E": "\\operatorname{\\mathbb{E}}",
  "\\var": "\\operatorname{Var}",
  "\\KL": "\\operatorname{KL}\\left(#1\\,\\middle\\Vert\\,#2\\right)",
  "\\q": "q(z\\mid x)",
  "\\p": "p",
  "\\x": "x",
  "\\z": "z",
  "\\N": "\\mathcal{N}",
  "\\I": "\\mathbf{I}",
  "\\R": "\\mathbb{R}",
  "\\d": "\\mathrm{d}",
  "\\ELBO": "\\mathrm{ELBO}",
  "\\elbo": "\\mathcal{L}",
};

// Statements side by side, told apart by \qquad outside of all groups: a narrow page breaks between them.
const OPENS = /^(\{|\\begin\b|\\left\b)/;
const CLOSES = /^(\}|\\end\b|\\right\b)/;

function statements(source) {
  const found = [""];
  let depth = 0;
  for (const token of source.match(/\\[a-zA-Z]+|\\[^]|[^]/g)) {
    depth += OPENS.test(token) - CLOSES.test(token);
    if (token === "\\qquad" && depth === 0) found.push("");
    else found[found.length - 1] += token;
  }
  return found.filter((statement) => statement.trim());
}

function rendered([source, displayMode]) {
  const options = { displayMode, macros: { ...macros }, strict: "error" };
  try {
    if (!displayMode) return { html: katex.renderToString(source, options) };
    const lines = statements(source).map((statement) => katex.renderToString(statement, options));
    return { html: lines.join("").replaceAll('</span><span class="katex-display">', "") };
  } catch (fault) {
    return { fault: fault.message };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(rendered)));
