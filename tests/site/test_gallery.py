"""Pages of the site show what the present scripts made."""

import json
import re
import runpy

import pytest
from PIL import Image

from tests import ROOT

pytestmark = pytest.mark.one_backend("files are read, and nothing is computed")

GALLERY = runpy.run_path(ROOT / "examples" / "gallery.py")
ASSETS, SCRIPTS = GALLERY["ASSETS"], GALLERY["SCRIPTS"]
PAGES = sorted((ROOT / "docs" / "examples").glob("*.md"))
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
    assert shown and shown == set((ASSETS / name).resolve().glob("*.png"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pictures_are_there_and_light_and_described(page):
    found = pictures(page)
    missing = [path.name for path in found if not path.exists()]
    assert not missing, f"{page.name} shows {missing}, which are not there"
    assert all(len(alt) > 20 for alt in found.values())
    assert sum(path.stat().st_size for path in found) < MOST_BYTES


def test_every_script_has_a_page():
    scripts = {path.stem for path in (ROOT / "examples").glob("*.py")} - {"gallery"}
    folders = {path.parent.name for path in (ROOT / "examples").glob("*/*.py")}
    assert {page.stem for page in PAGES} == scripts | folders


@pytest.mark.slow
def test_a_script_leaves_its_files_and_a_manifest(tmp_path, monkeypatch):
    script = tmp_path / "tiny.py"
    script.write_text(
        "import os, pathlib\n"
        "folder = pathlib.Path('runs/tiny')\n"
        "folder.mkdir(parents=True)\n"
        "for name in ('table.md', 'numbers.json', 'model.keras'):\n"
        "    (folder / name).write_text(os.environ['KERAS_BACKEND'])\n"
        "from PIL import Image\n"
        "Image.new('RGB', (3, 2), 'orange').save(folder / 'picture.png')\n"
    )
    monkeypatch.setitem(GALLERY["make"].__globals__, "EXAMPLES", tmp_path)
    GALLERY["make"]("tiny", tmp_path / "kept")
    folder = tmp_path / "kept" / "tiny"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"] == ["numbers.json", "picture.png", "table.txt"]
    assert all((folder / name).read_text() == "jax" for name in ("numbers.json", "table.txt"))
    picture = Image.open(folder / "picture.png").convert("RGB")
    assert picture.size == (3, 2) and picture.getpixel((0, 0)) == (255, 165, 0)
    assert manifest["sha256"] == GALLERY["sha256"](script)
    assert manifest["command"] == "KERAS_BACKEND=jax python examples/tiny.py"
    GALLERY["make"]("tiny", tmp_path / "kept")  # over what was there
    assert len(list(folder.iterdir())) == 4
