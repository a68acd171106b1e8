"""Code that only draws is folded away below its figure: a hook of MkDocs."""

import re

TITLE = "How this was drawn"
CODE = rf'(<div[^>]*\bhighlight\b[^>]*>)<span class="filename">{TITLE}</span>(.*?</pre></div>)'
CAPTION = r"(\s*<p><em>(?:(?!</p>).)*</em></p>)?"  # a paragraph that is all emphasis
TITLED = re.compile(CODE + CAPTION, re.DOTALL)


def folded(block):
    start, rest, caption = block.groups("")
    return f'{caption}<details class="drawn"><summary>{TITLE}</summary>{start}{rest}</details>'


def on_page_content(html, **_):
    """A block of code with that title becomes a box that opens, below its caption if it has one."""
    return TITLED.sub(folded, html)
