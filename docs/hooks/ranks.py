"""The search finds the page that explains a word before those that use it."""

RANKS = {"theory": 10.0, "theory/notation.md": 2.0, "theory/questions.md": 2.0, "api": 0.5}


def on_page_markdown(markdown, *, page, config, files):
    """Ranks a page by its name or its folder, 1 for others, where its front matter does not."""
    path = page.file.src_uri
    rank = RANKS.get(path, RANKS.get(path.split("/")[0]))
    if rank is not None:
        page.meta.setdefault("search", {"boost": rank})
    return markdown
