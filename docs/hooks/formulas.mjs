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

function rendered([source, displayMode]) {
  try {
    return { html: katex.renderToString(source, { displayMode, macros: { ...macros }, strict: "error" }) };
  } catch (fault) {
    return { fault: fault.message };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(rendered)));
