"""Every block of Python on every page runs, page by page, on the backend of this run."""

import re
import sys
import textwrap
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import keras
import matplotlib
import pytest
from matplotlib import pyplot
from sklearn.datasets import load_digits
from sklearn.utils import Bunch

from tests import ROOT

README = ROOT / "README.md"
FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*\{?\.?(?:python|py)\w*\b(?P<options>.*)\n"
    r"(?P<code>(?:.*\n)*?)(?P=indent)(?P=marks)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass
class Block:
    """Python between two fences, and the number of its first line."""

    code: str
    line: int
    executed: bool
    session: str | None


def blocks(text: str) -> list[Block]:
    return [
        Block(
            code=textwrap.dedent(fence["code"]),
            line=text.count("\n", 0, fence.start("code")) + 1,
            executed='exec="on"' in fence["options"],
            session=(re.findall(r'session="(.*?)"', fence["options"]) or [None])[0],
        )
        for fence in FENCE.finditer(text)
    ]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def to_be_run(page: Path):
    """A page as a parameter: one without Keras runs on one backend, because there is no other."""
    code = "".join(block.code for block in blocks(page.read_text(encoding="utf-8")))
    alone = pytest.mark.one_backend("a page whose code imports no Keras")
    return pytest.param(page, id=name(page), marks=[] if "keras" in code else alone)


def run(page: Path, monkeypatch) -> None:
    """Blocks of one session share their names; one without a session stands alone."""
    spaces = defaultdict(dict)
    for number, block in enumerate(blocks(page.read_text(encoding="utf-8"))):
        module = f"{page.stem}_{block.session or number}"
        monkeypatch.setitem(sys.modules, module, ModuleType(module))
        space = spaces["readme" if page == README else module]
        space["__name__"] = module
        # Lines of the traceback are lines of the page.
        exec(compile("\n" * (block.line - 1) + block.code, page, "exec"), space)


@pytest.fixture
def few_digits(monkeypatch):
    """README shows no number that its training leads to: 40 epochs of 128 digits run as all do."""
    few = Bunch(images=load_digits().images[:128])
    monkeypatch.setattr("sklearn.datasets.load_digits", lambda: few)


@pytest.mark.slow
@pytest.mark.parametrize("page", [to_be_run(page) for page in PAGES])
def test_page_runs(page, monkeypatch, request):
    if page == README:
        request.getfixturevalue("few_digits")
    monkeypatch.chdir(ROOT)
    keras.utils.set_random_seed(0)
    with matplotlib.rc_context():
        run(page, monkeypatch)
    pyplot.close("all")


@pytest.mark.parametrize("page", [page for page in PAGES if page != README], ids=name)
def test_site_runs_every_block(page):
    still = [block.line for block in blocks(page.read_text(encoding="utf-8")) if not block.executed]
    assert not still, f'{name(page)}: the code in lines {still} is not run; write exec="on"'


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_result_is_empty(page):
    text = page.read_text(encoding="utf-8")
    shown = [fence for fence in FENCE.finditer(text) if 'result="text"' in fence["options"]]
    empty = [
        text.count("\n", 0, fence.start()) + 1 for fence in shown if "print(" not in fence["code"]
    ]
    assert not empty, (
        f'{name(page)}: the code in lines {empty} prints nothing; leave out result="text"'
    )


def test_blocks_are_found():
    text = (
        'One.\n```python exec="on" session="s"\nx = 1\n\ny = 2\n```\n'
        "!!! note\n    ~~~ py\n    if x:\n        y = 3\n    ~~~\n"
        "```pycon\n>>> x\n```\n```text\nnot code\n```\n"
    )
    assert blocks(text) == [
        Block("x = 1\n\ny = 2\n", 3, True, "s"),
        Block("if x:\n    y = 3\n", 9, False, None),
        Block(">>> x\n", 13, False, None),
    ]


def test_a_failing_block_names_its_line(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text('# Page\n\n```python exec="on" session="a"\nx = 1\nassert x == 2\n```\n')
    with pytest.raises(AssertionError) as failure:
        run(page, monkeypatch)
    assert (failure.traceback[-1].path, failure.traceback[-1].lineno + 1) == (page, 5)


def test_sessions_are_apart(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text('```python session="a"\nx = 1\n```\n```python session="b"\nx\n```\n')
    with pytest.raises(NameError):
        run(page, monkeypatch)
