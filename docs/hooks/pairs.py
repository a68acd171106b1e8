"""A picture that has a twin in dark colours becomes a pair, of which each theme shows its own.

The one that is hidden is not fetched: it is lazy, and has no place on the screen.
"""

import re
from urllib.parse import urljoin

PICTURE = re.compile(r'<img (?=[^>]*\bsrc="(?P<path>[^":]+)\.png")[^>]*>')


def on_page_content(html, *, page, config, files):
    """Writes the pair where the site has both."""
    there = {file.dest_uri for file in files}

    def pair(picture):
        twin = f"{picture['path']}-dark.png"
        if urljoin(f"/{page.url}", twin).lstrip("/") not in there:
            return picture[0]
        light = picture[0].replace("<img", '<img loading="lazy"', 1)
        dark = light.replace(f'src="{picture["path"]}.png"', f'src="{twin}"')
        both = {"light": light, "dark": dark}
        return "".join(
            f'<picture class="only-{theme}">{image}</picture>' for theme, image in both.items()
        )

    return PICTURE.sub(pair, html)
