"""The theory is told in an order, and no page leans on one that comes later."""

import posixpath
import re

import pytest

from docs.hooks.symbols import without_code
from tests import ROOT

pytestmark = pytest.mark.one_backend("files are read, and nothing is computed")

NAV = (
    (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("- Theory:\n")[1].split("- Guides:")[0]
)
*ORDER, APPENDIX = re.findall(r"- (theory/[a-z-]+\.md)", NAV)
LINK = re.compile(r"\]\((?P<address>[\w./-]+\.md)(?:#[\w-]*)?\)(?P<later>\{ \.later \})?")


def links(page, text):
    """Pages of the theory that a page leads to, and whether a reader is told: that comes later.

    The section that says where to go from here tells it by its heading.
    """
    text = without_code(text).split("## Where to go from here")[0]
    for found in LINK.finditer(text):
        address = posixpath.normpath(posixpath.join(posixpath.dirname(page), found["address"]))
        if address in ORDER:
            yield address, found["later"] is not None


def misplaced(page, text):
    """Links ahead that do not say so, and links back that do."""
    here = ORDER.index(page)
    return [there for there, later in links(page, text) if (ORDER.index(there) > here) != later]


def test_every_page_of_the_theory_has_its_place():
    assert {f"theory/{page.name}" for page in (ROOT / "docs/theory").glob("*.md")} == {
        *ORDER,
        APPENDIX,
    }
    assert ORDER[0] == "theory/ten-minutes.md" and APPENDIX == "theory/notation.md"


@pytest.mark.parametrize("page", ORDER)
def test_what_comes_later_is_marked_as_an_outlook(page):
    wrong = misplaced(page, (ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert not wrong, (
        f"{page} links to {wrong}: a link ahead is an outlook and ends in {{ .later }}, a link "
        "back does not; what is used has to stand on an earlier page, or on this one"
    )


def test_links_are_found():
    text = "[a](elbo.md#x) [b](beta.md){ .later } [c](../guides/data.md) `[d](beta.md)`\n[e](kl.md)"
    assert list(links("theory/kl.md", text)) == [
        ("theory/elbo.md", False),
        ("theory/beta.md", True),
        ("theory/kl.md", False),
    ]
    assert misplaced("theory/kl.md", text) == []
    assert misplaced("theory/elbo.md", text) == ["theory/kl.md"]
    assert misplaced("theory/codes.md", text) == ["theory/beta.md"]
