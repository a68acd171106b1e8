"""Code that only draws is folded away below its figure: a hook of MkDocs."""

import re

TITLE = "How this was drawn"
TITLED = re.compile(
    rf'(<div[^>]*\bhighlight\b[^>]*>)<span class="filename">{TITLE}</span>(.*?</pre></div>)',
    re.DOTALL,
)


def on_page_content(html, **_):
    """A block of code with that title becomes a box that opens."""
    return TITLED.sub(rf'<details class="drawn"><summary>{TITLE}</summary>\1\2</details>', html)
