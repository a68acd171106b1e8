"""What the symbols of a page mean: read from the page of notation, listed by a hook of MkDocs."""

import posixpath
import re
from pathlib import Path

NOTATION = "theory/notation.md"

FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,}).*?^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+)\$", re.DOTALL)
GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega ell"
).split()
LETTERS = {f"\\{word}" for word in GREEK} | {f"\\{word.capitalize()}" for word in GREEK}
LETTERS |= {"\\varepsilon", "\\varphi", "\\vartheta", "\\varsigma", "\\varrho"}
# Macros that stand for letters; those of operators (an expectation, a normal) stand for none.
MACROS = {"\\q": "qzx", "\\p": "p", "\\x": "x", "\\z": "z", "\\elbo": ["\\mathcal L"]}
# Upright words are no letters, nor is the e of e^{…}; an accent changes no letter.
UPRIGHT = r"\\(?:mathrm|operatorname\*?|math(?:bb|bf))\s*\{?([A-Za-z]+)\}?"
WORDS = re.compile(rf"\\text\s*\{{[^{{}}]*\}}|{UPRIGHT}")
TOKEN = re.compile(r"\\mathcal\s*\{?[A-Z]\}?|\\[A-Za-z]+|[A-Za-z]|[\u0370-\u03ff]")
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
ENVIRONMENT = re.compile(r"\\(?:begin|end)\{\w+\}")
# What a reader with calculus knows, and what only says where things stand.
SCHOOL = (
    "log exp sqrt sum prod int frac tfrac tbinom binom le ge ne gg ll approx to infty in pm times "
    "cdot dots max min sin cos tanh sinh bmod iff Rightarrow"
).split()
PLACES = (
    "left right middle big Big quad qquad text mathrm mathbf mathbb mathcal operatorname begin end "
    "boxed underbrace textstyle displaystyle hat widehat tilde bar overline ast"
).split()
PLAIN = {f"\\{word}" for word in SCHOOL + PLACES}
SAME = {"E": "\\E", "KL": "\\KL", "Var": "\\var"}  # a macro and the word that it writes


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def formulas(text):
    """What stands between dollars, outside of code."""
    return [display or inline for display, inline in FORMULA.findall(without_code(text))]


def letters(formula):
    """Latin, Greek and calligraphic letters of a formula, in its order, subscripts included."""
    formula = ENVIRONMENT.sub("", WORDS.sub(" ", formula))
    found = []
    for token in TOKEN.findall(re.sub(r"(?<![A-Za-z\\])e\^", "^", formula)):
        if token in MACROS:
            found += MACROS[token]
        elif token.startswith("\\mathcal"):
            found.append(f"\\mathcal {token.rstrip('}')[-1]}")
        elif token in LETTERS or not token.startswith("\\"):
            found.append(token)
    return found


def signs(formula):
    """Operators, relations and upright words of a formula that calculus does not explain."""
    words = re.findall(r"\\[A-Za-z]+", formula)
    known = PLAIN | LETTERS | MACROS.keys()
    upright = [SAME.get(word, word) for word in re.findall(UPRIGHT, formula)]
    return [word for word in words if word not in known] + upright


def rows(heading, text):
    """Cells of the table under a heading, without its head."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    # A bar inside of a formula is written \mid or \lvert, so that a bar ends a cell.
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def named(cell, kind):
    return [symbol for formula in formulas(cell) for symbol in kind(formula)]


def shared(text):
    """Letters that mean the same on all pages."""
    return [letter for row in rows("Letters", text) for letter in named(row[0], letters)]


def explained(text):
    """Signs that the tables of expressions and of signs explain."""
    tables = rows("Expressions", text) + rows("Signs", text)
    return [sign for row in tables for sign in named(row[0], signs)]


def own_entries(text):
    """What a page says of its own letters, entry by entry, by its address below docs/."""
    return {
        posixpath.normpath(f"theory/{re.search(r'[(]([^()]+)[)]$', page)[1]}"): said.split("; ")
        for page, said in rows("Letters of one page", text)
    }


def own(text):
    """Letters that one page uses for itself."""
    return {
        page: [letter for entry in entries for letter in letters(formulas(entry)[0])]
        for page, entries in own_entries(text).items()
    }


def listing(markdown, address, notation):
    """Symbol and meaning of each symbol of a page, in the order of the tables."""
    there = formulas(markdown)
    used = {symbol for formula in there for symbol in letters(formula) + signs(formula)}
    together = "".join("".join(there).split())
    found = []
    for symbol, code, meaning in rows("Letters", notation):
        if used & set(named(symbol, letters)):
            found.append((symbol, meaning + (f"; in code {code}" if code else "")))
    for entry in own_entries(notation).get(address, []):
        symbol, meaning = re.match(r"(\$[^$]+\$) (.+)", entry).groups()
        found.append((symbol, meaning))
    for symbol, meaning in rows("Signs", notation):
        if used & set(named(symbol, signs)):
            found.append((symbol, meaning))
    for symbol, code, meaning in rows("Expressions", notation):
        own_signs = set(named(symbol, signs)) - {"\\mid"}
        part = "".join(formulas(symbol)[0].split())
        if used & own_signs or (not own_signs and part in together):
            found.append((symbol, meaning + (f"; in code {code}" if code else "")))
    return found


def on_page_markdown(markdown, page, config, **_):
    """Puts the list of its symbols above the first section of a page with formulas, home apart."""
    address = page.file.src_uri
    notation = Path(config["docs_dir"], NOTATION).read_text(encoding="utf-8")
    if address in (NOTATION, "index.md") or not (found := listing(markdown, address, notation)):
        return markdown
    lines = [f"| {symbol} | {meaning} |" for symbol, meaning in found]
    table = LINK.sub(r"\1", "\n".join(["| symbol | meaning |", "|---|---|", *lines]))
    opened = '<details class="symbols" data-search-exclude markdown="1">'
    box = f"{opened}\n<summary>Symbols of this page</summary>\n\n{table}\n\n</details>\n"
    blank = FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), markdown)
    section = re.search(r"^## ", blank, re.MULTILINE)
    place = section.start() if section else len(markdown)
    return f"{markdown[:place].rstrip()}\n\n{box}\n{markdown[place:]}"
