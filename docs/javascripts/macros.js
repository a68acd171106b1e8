// One notation for all pages.
export const macros = {
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
