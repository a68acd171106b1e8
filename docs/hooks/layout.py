"""What keeps a page in shape: sizes of pictures, breaks of long lines, minus signs of numbers."""

import re
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image

PICTURE = re.compile(r'<img (?![^>]*\bheight=)(?P<rest>[^>]*\bsrc="(?P<src>[^":]+)"[^>]*)>')
NAME = re.compile(r"(?<=<code>)[\w./:]{25,}(?=</code>)")
OPTION = re.compile(r"<code>(?=--\w)")
CELL = re.compile(r"(?<=<td)([^>]*>)([^<]+)(?=</td>)")
NEGATIVE = re.compile(r"^-(?=\d)|(?<=\de)-(?=\d)")
APART = re.compile(r" ([±=]) (?=[\d.])")
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


def measured_in(cell):
    """A cell of a table: true minus signs, and no line ends inside of 1 ± 2 or β = 1."""
    return cell[1] + APART.sub("\u00a0\\1\u00a0", NEGATIVE.sub("−", cell[2]))


def broken(name):
    """A long name: between the parts of a path, or of a module."""
    signs = r"([/_]|::)" if "/" in name[0] else r"(\.)"
    return re.sub(signs, r"\1<wbr>", name[0])


def on_post_page(output, *, page, config):
    """Writes sizes of pictures and minus signs of numbers, and breaks long lines."""

    def measured(tag):
        source = urljoin(f"/{page.url}", tag["src"]).lstrip("/")
        path = Path(config.docs_dir, source.split("#")[0])
        if path.suffix != ".png" or not path.exists():
            return tag[0]
        with Image.open(path) as picture:
            return sized(tag, *picture.size)

    output = CELL.sub(measured_in, PICTURE.sub(measured, output))
    output = PRINTED.sub(legible, output)
    output = OPTION.sub('<code class="option">', output)  # its hyphens are no place to break
    return NAME.sub(broken, output)
