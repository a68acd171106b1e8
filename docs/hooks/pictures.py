"""Pictures keep their place before they are there: the size of its file stands at each of them."""

import re
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image

PICTURE = re.compile(r'<img (?![^>]*\bheight=)(?P<rest>[^>]*\bsrc="(?P<src>[^":]+)"[^>]*)>')
WIDTH = re.compile(r'\s*\bwidth="(\d+)"')


def sized(tag, width, height):
    """The tag with both sizes; a width that a page asks for stays."""
    asked = WIDTH.search(tag["rest"])
    shown = int(asked[1]) if asked else width
    rest = WIDTH.sub("", tag["rest"])
    return f'<img width="{shown}" height="{round(shown * height / width)}" {rest}>'


def on_post_page(output, *, page, config):
    """Writes the sizes of the pictures of the site that a page shows."""

    def measured(tag):
        source = urljoin(f"/{page.url}", tag["src"]).lstrip("/")
        path = Path(config.docs_dir, source.split("#")[0])
        if path.suffix != ".png" or not path.exists():
            return tag[0]
        with Image.open(path) as picture:
            return sized(tag, *picture.size)

    return PICTURE.sub(measured, output)
