"""Code that only draws is folded away below its figure."""

import re

import pytest
from markdown import Markdown

from docs.hooks.folding import TITLE, on_page_content
from tests import ROOT
from tests.site.test_pages import FENCE

pytestmark = pytest.mark.one_backend("text is replaced, and nothing is computed")


def page(title, after="After."):
    extensions = ["pymdownx.highlight", "pymdownx.superfences"]
    fence = f'```python title="{title}"\nx = 1\n```\n\n{after}\n'
    return Markdown(extensions=extensions).convert(fence)


def test_code_with_the_title_is_folded():
    folded = on_page_content(page(TITLE), page=None)
    assert folded.startswith(f'<details class="drawn"><summary>{TITLE}</summary><div class="high')
    assert folded.endswith("</pre></div></details>\n<p>After.</p>")
    assert 'class="filename"' not in folded


def test_the_caption_stays_with_the_figure():
    folded = on_page_content(page(TITLE, "*What it $x$ shows.*\n\nAfter."))
    assert folded.strip().startswith("<p><em>What it $x$ shows.</em></p><details")
    assert folded.endswith("</details>\n<p>After.</p>")
    begins = on_page_content(page(TITLE, "*A word* and more."))
    assert begins.endswith("</details>\n<p><em>A word</em> and more.</p>")


def test_other_code_stays_open():
    other = page("Another title")
    assert 'class="filename"' in other and on_page_content(other) == other


@pytest.mark.parametrize("page", sorted((ROOT / "docs/theory").glob("*.md")), ids=lambda p: p.stem)
def test_the_theory_shows_a_figure_before_its_code(page):
    blocks = FENCE.finditer(page.read_text(encoding="utf-8"))
    drawing = [block for block in blocks if re.search(r"^show\w*\(", block["code"], re.MULTILINE)]
    folded = f'source="below" title="{TITLE}"'
    open_ones = [
        b["options"] for b in drawing if "source=" in b["options"] and folded not in b["options"]
    ]
    assert not open_ones, f"{page.name}: {open_ones}; write {folded}"
