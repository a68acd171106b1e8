"""The Markdown of every page, published beside it, for the button that shows it.

The site knows no address of its repository. Where `repo_url` is set, the button leads there.
"""

from pathlib import Path


def on_page_context(context, page, config, nav):
    """Gives a page the address of its source."""
    page.edit_url = page.edit_url or "index.md"


def on_post_page(output, page, config):
    """Writes the source where that address leads."""
    target = Path(config.site_dir, page.file.dest_uri).with_suffix(".md")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.file.content_string, encoding="utf-8")
    return output
