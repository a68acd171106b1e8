"""One symbol for one thing: each symbol of a formula stands in a table of the notation page."""

import re
from collections import Counter
from types import SimpleNamespace

import pytest

from docs.hooks.symbols import (
    NOTATION,
    explained,
    formulas,
    letters,
    listing,
    on_page_markdown,
    own,
    shared,
    signs,
)
from tests import ROOT

pytestmark = pytest.mark.one_backend("files are read, and nothing is computed")

DOCS = ROOT / "docs"
PAGES = {
    page.relative_to(DOCS).as_posix(): page.read_text(encoding="utf-8")
    for page in sorted(DOCS.rglob("*.md"))
}
TEXT = PAGES[NOTATION]


def used(text: str) -> set[str]:
    return {symbol for formula in formulas(text) for symbol in letters(formula) + signs(formula)}


def known(page: str) -> set[str]:
    # The notation page shows the letters of all pages.
    tables = own(TEXT).values() if page == NOTATION else [own(TEXT).get(page, [])]
    return {*shared(TEXT), *explained(TEXT), *(letter for table in tables for letter in table)}


@pytest.mark.parametrize("page", PAGES)
def test_every_symbol_of_a_page_is_in_the_tables(page):
    unknown = used(PAGES[page]) - known(page)
    assert not unknown, f"{page} uses {sorted(unknown)}: give them a row in {NOTATION}"


def test_no_letter_stands_for_two_things():
    counts = Counter(shared(TEXT))
    assert not [letter for letter, count in counts.items() if count > 1]
    for page, declared in own(TEXT).items():
        again = [letter for letter, count in Counter(declared).items() if count > 1]
        assert not again, f"{page}: {again} are declared twice"
        assert not counts.keys() & set(declared), f"{page}: {counts.keys() & set(declared)}"


def test_the_tables_hold_no_symbol_that_nobody_uses():
    elsewhere = {page: used(text) for page, text in PAGES.items() if page != NOTATION}
    assert own(TEXT).keys() <= elsewhere.keys()
    for page, declared in own(TEXT).items():
        assert set(declared) <= elsewhere[page], f"{page} has no {set(declared) - elsewhere[page]}"
    spare = {*shared(TEXT), *explained(TEXT)} - set().union(*elsewhere.values())
    assert not spare, f"no page uses {spare}"


def test_a_page_lists_its_symbols_above_its_first_section():
    page = SimpleNamespace(file=SimpleNamespace(src_uri="theory/kl.md"))
    shown = on_page_markdown(PAGES["theory/kl.md"], page, {"docs_dir": str(DOCS)})
    before, box = shown.split('<details class="symbols"')
    assert "\n## " not in before and "$" not in box.split("</details>")[1].split("##")[0]
    rows = re.findall(r"^\| (\$.+?\$) \| (.+) \|$", box.split("</details>")[0], re.MULTILINE)
    assert dict(rows)["$d$"] == "half the distance of two modes"
    listed = {symbol for row, _ in rows for symbol in letters(row) + signs(row)}
    assert used(PAGES["theory/kl.md"]) <= listed
    assert not any("](" in meaning for _, meaning in rows)  # a link would lead astray


def test_a_page_without_formulas_has_no_list():
    page = SimpleNamespace(file=SimpleNamespace(src_uri="a.md"))
    assert on_page_markdown("# A\n\n`$x$`", page, {"docs_dir": str(DOCS)}) == "# A\n\n`$x$`"
    assert listing("$\\N$", "a.md", TEXT)[0][0] == "$\\N(\\mu,\\sigma^2)$"


def losses_called_a_bound(text: str) -> list[str]:
    r"""Definitions of 𝓛 that begin as a loss does: with a minus, or with the distortion."""
    defined = r"(?:\\mathcal\s*L|\\elbo)\w*(?:_\\?\w+|_\{[^}]*\})?\s*=\s*(?:-|\\mathcal\s*D|D\b)"
    return re.findall(defined, text)


def test_the_calligraphic_l_is_a_bound():
    wrong = {
        path.relative_to(ROOT).as_posix(): found
        for path in [*DOCS.rglob("*.md"), *(ROOT / "keras_vae").rglob("*.py")]
        if (found := losses_called_a_bound(path.read_text(encoding="utf-8")))
    }
    assert not wrong, f"{wrong}: a loss is J"


def test_the_tests_can_fail():
    page = (
        "Where $\\hat x_i=\\xi z$, `$v$` is code, $\\text{word } e^{2\\pi}$.\n"
        "```\n$v$\n```\n$$\n\\q\\,\\N\n$$\n"
    )
    assert used(page) == {"x", "i", "z", "\\pi", "q", "\\xi", "\\N"}
    assert letters("\\elbo_k\\le\\mathcal{L}\\,\\E_{\\q}[w]") == [
        "\\mathcal L",
        "k",
        "\\mathcal L",
        *"qzxw",
    ]
    assert signs("\\E_q\\log\\frac12\\operatorname{tr}x\\mathrm H") == ["\\E", "tr", "H"]
    assert losses_called_a_bound("$$\\mathcal L = -\\log p$$") and losses_called_a_bound(
        "\\elbo_\\beta = D"
    )
    assert not losses_called_a_bound("\\elbo_1 = \\E[\\log w]")

    table = "\n## Letters\n\n| a | b |\n|---|---|\n| $x$ | x |\n| $x,\\mu$ | y |\n"
    assert shared(table) == ["x", "x", "\\mu"]
    row = "| [p(x)](a.md) | $f$ of $g$; $u,v$ two |\n| [b](../guides/b.md) | $g$ noise |\n"
    table = f"\n## Letters of one page\n\n| a | b |\n|---|---|\n{row}"
    assert own(table) == {"theory/a.md": ["f", "u", "v"], "guides/b.md": ["g"]}
