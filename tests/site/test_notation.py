"""One letter for one thing: each letter of a formula stands in a table of the notation page."""

import re
from collections import Counter

import pytest

from tests import ROOT

pytestmark = pytest.mark.one_backend("files are read, and nothing is computed")

THEORY = ROOT / "docs" / "theory"
NOTATION = THEORY / "notation.md"
PAGES = sorted(THEORY.glob("*.md"))

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
WORDS = re.compile(
    r"\\(?:text|mathrm|operatorname)\s*\{[^{}]*\}|\\mathrm\s+[A-Za-z]|\\math(?:bb|bf)\{?\w\}?"
)
TOKEN = re.compile(r"\\mathcal\s*\{?[A-Z]\}?|\\[A-Za-z]+|[A-Za-z]|[\u0370-\u03ff]")
ENVIRONMENT = re.compile(r"\\(?:begin|end)\{\w+\}")


def formulas(text: str) -> list[str]:
    """What stands between dollars, outside of code."""
    prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))
    return [display or inline for display, inline in FORMULA.findall(prose)]


def letters(formula: str) -> list[str]:
    """Latin, Greek and calligraphic letters of a formula, in its order, subscripts included."""
    formula = ENVIRONMENT.sub("", WORDS.sub(" ", formula))
    found: list[str] = []
    for token in TOKEN.findall(re.sub(r"(?<![A-Za-z\\])e\^", "^", formula)):
        if token in MACROS:
            found += MACROS[token]
        elif token.startswith("\\mathcal"):
            found.append(f"\\mathcal {token.rstrip('}')[-1]}")
        elif token in LETTERS or not token.startswith("\\"):
            found.append(token)
    return found


def rows(heading: str, text: str) -> list[list[str]]:
    """Cells of the table under a heading, without its head."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    # A bar inside of a formula is written \mid or \lvert, so that a bar ends a cell.
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def shared(text: str) -> list[str]:
    """Letters that mean the same on all pages."""
    return [
        letter
        for row in rows("Letters", text)
        for part in formulas(row[0])
        for letter in letters(part)
    ]


def own(text: str) -> dict[str, list[str]]:
    """Letters that one page uses for itself, by the name of its file."""
    table = {}
    for page, said in rows("Letters of one page", text):
        entries = [formulas(entry)[0] for entry in said.split(";")]
        table[re.search(r"\]\((.+)\.md\)", page)[1]] = [
            x for entry in entries for x in letters(entry)
        ]
    return table


def undeclared(text: str, known: set[str]) -> set[str]:
    return {letter for formula in formulas(text) for letter in letters(formula)} - known


TEXT = NOTATION.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_letter_of_a_page_is_in_the_tables(page):
    # The notation page shows the letters of all pages.
    tables = own(TEXT).values() if page == NOTATION else [own(TEXT).get(page.stem, [])]
    declared = [letter for table in tables for letter in table]
    unknown = undeclared(page.read_text(encoding="utf-8"), {*shared(TEXT), *declared})
    assert not unknown, f"{page.name} uses {sorted(unknown)}: give them a row in notation.md"


def test_no_letter_stands_for_two_things():
    counts = Counter(shared(TEXT))
    assert not [letter for letter, count in counts.items() if count > 1]
    for page, declared in own(TEXT).items():
        again = [letter for letter, count in Counter(declared).items() if count > 1]
        assert not again, f"{page}.md: {again} are declared twice"
        assert not counts.keys() & set(declared), f"{page}.md: {counts.keys() & set(declared)}"


def test_the_tables_hold_no_letter_that_nobody_uses():
    used = {
        p.stem: undeclared(p.read_text(encoding="utf-8"), set()) for p in PAGES if p != NOTATION
    }
    assert own(TEXT).keys() <= used.keys()
    for page, declared in own(TEXT).items():
        assert set(declared) <= used[page], f"{page}.md has no {set(declared) - used[page]}"
    assert set(shared(TEXT)) <= set().union(*used.values())


def losses_called_a_bound(text: str) -> list[str]:
    r"""Definitions of 𝓛 that begin as a loss does: with a minus, or with the distortion."""
    defined = r"(?:\\mathcal\s*L|\\elbo)\w*(?:_\\?\w+|_\{[^}]*\})?\s*=\s*(?:-|\\mathcal\s*D|D\b)"
    return re.findall(defined, text)


def test_the_calligraphic_l_is_a_bound():
    wrong = {
        path.relative_to(ROOT).as_posix(): found
        for path in [*(ROOT / "docs").rglob("*.md"), *(ROOT / "keras_vae").rglob("*.py")]
        if (found := losses_called_a_bound(path.read_text(encoding="utf-8")))
    }
    assert not wrong, f"{wrong}: a loss is J"


def test_the_tests_can_fail():
    page = (
        "Where $\\hat x_i=\\xi z$, `$v$` is code, $\\text{word } e^{2\\pi}$.\n"
        "```\n$v$\n```\n$$\n\\q\\,\\N\n$$\n"
    )
    assert undeclared(page, {"x", "i", "z", "\\pi", "q"}) == {"\\xi"}
    assert letters("\\elbo_k\\le\\mathcal{L}\\,\\E_{\\q}[w]") == [
        "\\mathcal L",
        "k",
        "\\mathcal L",
        *"qzxw",
    ]
    assert losses_called_a_bound("$$\\mathcal L = -\\log p$$") and losses_called_a_bound(
        "\\elbo_\\beta = D"
    )
    assert not losses_called_a_bound("\\elbo_1 = \\E[\\log w]")

    table = "\n## Letters\n\n| a | b |\n|---|---|\n| $x$ | x |\n| $x,\\mu$ | y |\n"
    assert shared(table) == ["x", "x", "\\mu"]
    row = "| [p(x)](a.md) | $f$ of $g$; $u,v$ two |\n"
    table = f"\n## Letters of one page\n\n| a | b |\n|---|---|\n{row}"
    assert own(table) == {"a": ["f", "u", "v"]}
