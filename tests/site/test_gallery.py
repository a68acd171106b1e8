"""Pages of the site show what the present scripts made."""

import io
import json
import re
import runpy

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from docs.hooks import examples as hook
from docs.notebooks import notebook
from docs.twins import beside
from keras_vae.plotting.style import THEMES
from tests import ROOT

pytestmark = pytest.mark.one_backend("files are read, and nothing is computed")

GALLERY = runpy.run_path(ROOT / "examples" / "gallery.py")
ASSETS, SCRIPTS = GALLERY["ASSETS"], GALLERY["SCRIPTS"]
INDEX = ROOT / "docs" / "examples" / "index.md"
PAGES = sorted({*INDEX.parent.glob("*.md")} - {INDEX})
PICTURE = re.compile(r"!\[(?P<alt>.*?)\]\((?P<path>.*?)\)")
MOST_BYTES = 1.2e6


def pictures(page):
    """Where the pictures of a page are, and what they say to who cannot see them."""
    text = page.read_text(encoding="utf-8")
    return {
        (page.parent / found["path"]).resolve(): found["alt"] for found in PICTURE.finditer(text)
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_is_the_one_that_made_the_pictures(name):
    manifest = json.loads((ASSETS / name / "manifest.json").read_text())
    assert manifest["sha256"] == GALLERY["sha256"](ROOT / manifest["script"]), (
        f"{manifest['script']} has changed since its pictures were made; "
        f"run: make gallery SCRIPTS={name}"
    )
    kept = {path.name for path in (ASSETS / name).iterdir()}
    assert kept == {*manifest["files"], "manifest.json"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_page_shows_every_picture(name):
    shown = set(pictures(ROOT / "docs" / "examples" / f"{name}.md"))
    twins = set((ASSETS / name).glob("*-dark.png"))
    assert shown and shown == {*(ASSETS / name).glob("*.png")} - twins


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_picture_has_a_dark_twin(page):
    for light in pictures(page):
        there = beside(light)
        assert there.exists(), f"{there.name} is missing; run: make gallery SCRIPTS={page.stem}"
        with Image.open(light) as one, Image.open(there) as other:
            assert one.size == other.size
            paper, ink = (picture.convert("RGB") for picture in (other, one))
        assert ink.getpixel((0, 0)) == (255, 255, 255)
        assert to_hex(np.divide(paper.getpixel((0, 0)), 255)) == THEMES["dark"].paper
        # Nothing is left on white: digits and sprites, faces with their skin, are mostly dark.
        assert np.asarray(paper.convert("L")).mean() < 128


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pictures_are_there_and_light_and_described(page):
    found = pictures(page)
    missing = [path.name for path in found if not path.exists()]
    assert not missing, f"{page.name} shows {missing}, which are not there"
    assert all(len(alt) > 20 for alt in found.values())
    assert sum(path.stat().st_size for path in found) < MOST_BYTES


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_page_begins_with_a_picture_and_offers_the_script(name):
    page = ROOT / "docs" / "examples" / f"{name}.md"
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# .+\n\n!\[", text)
    for file in (f"{name}.py", f"{name}.ipynb"):
        assert f']({file}){{ .md-button download="{file}" }}' in text


@pytest.mark.parametrize("name", hook.ALONE)
def test_a_script_without_a_notebook_is_offered(name):
    text = (ROOT / "docs" / "examples" / f"{name}.md").read_text(encoding="utf-8")
    assert f'[{name}.py]({name}.py){{ .md-button download="{name}.py" }}' in text
    assert "ipynb" not in text


def test_every_script_has_a_page():
    scripts = {path.stem for path in (ROOT / "examples").glob("*.py")} - {"gallery"}
    folders = {path.parent.name for path in (ROOT / "examples").glob("*/*.py")}
    assert {page.stem for page in PAGES} == scripts | folders


def test_every_page_has_a_card():
    text = INDEX.read_text(encoding="utf-8")
    cards = text.split("\n-   ")[1:]
    linked = [re.search(r"\*\*\[[^]]+\]\((\w+)\.md\)\*\*", card)[1] for card in cards]
    assert sorted(linked) == [page.stem for page in PAGES]
    for name, card in zip(linked, cards, strict=True):
        shown = PICTURE.search(card)
        assert shown["path"] == f"../{hook.THUMBNAILS}/{name}.png" and len(shown["alt"]) > 20
        assert f"{{{{ measured {name} }}}}" in card or name not in SCRIPTS


def test_cards_say_what_the_gallery_measured():
    assert re.fullmatch(r"(JAX|TensorFlow|PyTorch) · \d+ minutes?", hook.measured("train_vae"))
    asked = "Beginner · {{ measured train_vae }}"
    said = hook.on_page_markdown(asked, page=None, config=None, files=None)
    assert said == f"Beginner · {hook.measured('train_vae')}"


def test_what_the_hook_adds_to_the_site():
    with matplotlib.rc_context():
        added = hook.additions()
    for name in (*SCRIPTS, *hook.ALONE):
        script = ROOT / "examples" / f"{name}.py"
        assert added.pop(f"examples/{name}.py") == script.read_text(encoding="utf-8")
    for name in SCRIPTS:
        script = ROOT / "examples" / f"{name}.py"
        made = notebook(script, GALLERY["BACKENDS"].get(name, "jax"))
        assert added.pop(f"examples/{name}.ipynb") == made
    for page in PAGES:
        for kind in ("", "-dark"):
            content = added.pop(f"{hook.THUMBNAILS}/{page.stem}{kind}.png")
            assert Image.open(io.BytesIO(content)).size == hook.THUMBNAIL
    assert not added


@pytest.mark.slow
def test_a_script_leaves_its_files_and_a_manifest(tmp_path, monkeypatch):
    script = tmp_path / "tiny.py"
    script.write_text(
        "import os, pathlib\n"
        "folder = pathlib.Path('runs/tiny')\n"
        "folder.mkdir(parents=True)\n"
        "for name in ('table.md', 'numbers.json', 'model.keras'):\n"
        "    (folder / name).write_text(os.environ['KERAS_BACKEND'])\n"
        "from matplotlib.figure import Figure\n"
        "figure = Figure(figsize=(3, 2), dpi=1, facecolor='#d17f00')\n"
        "figure.savefig(folder / 'picture.png')\n"
    )
    monkeypatch.setitem(GALLERY["make"].__globals__, "EXAMPLES", tmp_path)
    GALLERY["make"]("tiny", tmp_path / "kept")
    folder = tmp_path / "kept" / "tiny"
    manifest = json.loads((folder / "manifest.json").read_text())
    pictures = {"picture.png": (0xD1, 0x7F, 0x00), "picture-dark.png": (0xFD, 0xBF, 0x34)}
    assert manifest["files"] == sorted(["numbers.json", "table.txt", *pictures])
    assert all((folder / name).read_text() == "jax" for name in ("numbers.json", "table.txt"))
    for name, colour in pictures.items():
        picture = Image.open(folder / name).convert("RGB")
        assert picture.size == (3, 2) and picture.getpixel((0, 0)) == colour
    assert manifest["sha256"] == GALLERY["sha256"](script)
    assert manifest["command"] == "KERAS_BACKEND=jax python examples/tiny.py"
    GALLERY["make"]("tiny", tmp_path / "kept")  # over what was there
    assert len(list(folder.iterdir())) == 5
