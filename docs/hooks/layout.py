"""What keeps a page in shape: sizes of pictures, breaks of long lines, minus signs of numbers."""

import re
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image

PICTURE = re.compile(r'<img (?![^>]*\bheight=)(?P<rest>[^>]*\bsrc="(?P<src>[^":]+)"[^>]*)>')
NAME = re.compile(r"(?<=<code>)[\w./:]{25,}(?=</code>)")
NEGATIVE = re.compile(r"(<td[^>]*>)-(?=\d)")
PRINTED = re.compile(r"(?<=<pre><span></span><code>)[^<]*(?=</code></pre>)")  # code has colours
MINUS = re.compile(r"(?<![\w.)\]-])-(?=\.?\d)|(?<=\de)-(?=\d)")
SENTENCE = re.compile(r"^(?! )(?!.*  ).{47,}$", re.MULTILINE)  # no columns, no room on a phone
WIDTH = re.compile(r'\s*\bwidth="(\d+)"')


def sized(tag, width, height):
    """The tag with both sizes; a width that a page asks for stays."""
    asked = WIDTH.search(tag["rest"])
    shown = int(asked[1]) if asked else width
    rest = WIDTH.sub("", tag["rest"])
    return f'<img width="{shown}" height="{round(shown * height / width)}" {rest}>'


def legible(printed):
    """What code has printed, with true minus signs; sentences may be broken, columns may not."""
    return SENTENCE.sub(r'<span class="sentence">\g<0></span>', MINUS.sub("−", printed[0]))


def on_post_page(output, *, page, config):
    """Writes sizes of pictures and minus signs of numbers, and breaks long lines."""

    def measured(tag):
        source = urljoin(f"/{page.url}", tag["src"]).lstrip("/")
        path = Path(config.docs_dir, source.split("#")[0])
        if path.suffix != ".png" or not path.exists():
            return tag[0]
        with Image.open(path) as picture:
            return sized(tag, *picture.size)

    output = NEGATIVE.sub(r"\1−", PICTURE.sub(measured, output))
    output = PRINTED.sub(legible, output)
    return NAME.sub(lambda name: re.sub(r"([/_]|::)", r"\1<wbr>", name[0]), output)
