"""Code that only draws is folded away below its figure."""

import pytest
from markdown import Markdown

from docs.folding import TITLE, on_page_content

pytestmark = pytest.mark.one_backend("text is replaced, and nothing is computed")


def page(title):
    extensions = ["pymdownx.highlight", "pymdownx.superfences"]
    fence = f'```python title="{title}"\nx = 1\n```\n\nAfter.\n'
    return Markdown(extensions=extensions).convert(fence)


def test_code_with_the_title_is_folded():
    folded = on_page_content(page(TITLE), page=None)
    assert folded.startswith(f'<details class="drawn"><summary>{TITLE}</summary><div class="high')
    assert folded.endswith("</pre></div></details>\n<p>After.</p>")
    assert 'class="filename"' not in folded


def test_other_code_stays_open():
    other = page("Another title")
    assert 'class="filename"' in other and on_page_content(other) == other
