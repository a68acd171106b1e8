"""Notebooks to download are whole, stand alone, and run cell by cell."""

import ast
import json
import re
import sys
from types import ModuleType

import pytest

from docs.notebooks import cells, notebook, standing_alone
from tests import ROOT

pytestmark = pytest.mark.one_backend("files are made, and one training is run")

EXAMPLES = ROOT / "examples"
SCRIPTS = sorted(
    path.parent.name for path in (ROOT / "docs/assets/examples").glob("*/manifest.json")
)
SCRIPT = '''"""Draw.

    python draw.py
"""

import sys
from pathlib import Path

import palette
from keras import ops


def paint(x):
    """Uses the other script."""
    return palette.blue(x)


@str
def plain(x):
    return x

    # a comment of its own

def main(argv=None):
    """Draws."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)

    # 1. Data, which
    # are few.
    x = 1
    if x:
        kept = x
        painted = paint(x)
    if x:
        painted = paint(x)
        lost = x

    print(painted)
    # 2. The end.
    print(x)


if __name__ == "__main__":
    main()
'''


def test_what_needs_another_script_is_left_out():
    alone = standing_alone(SCRIPT, {"palette", "draw"})
    assert "palette" not in alone and "paint" not in alone
    assert ast.parse(alone) and "kept = x" in alone and "def plain" in alone and "lost" not in alone
    assert standing_alone(alone, {"palette", "draw"}) == alone


def test_main_is_unrolled_into_steps():
    found = cells(standing_alone(SCRIPT, {"palette", "draw"}))
    assert found == [
        ("code", "import sys\nfrom pathlib import Path\n\nfrom keras import ops"),
        ("code", "@str\ndef plain(x):\n    return x"),
        ("code", "argv = sys.argv[1:]\nargs = parser.parse_args(argv)"),
        ("markdown", "## 1. Data, which are few"),
        ("code", "x = 1\nif x:\n    kept = x"),
        ("markdown", "## 2. The end"),
        ("code", "print(x)"),
    ]


@pytest.mark.parametrize("name", SCRIPTS)
def test_notebooks_are_valid(name):
    made = json.loads(notebook(EXAMPLES / f"{name}.py", "torch"))
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    assert made["metadata"]["kernelspec"] == {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    keys = {"cell_type", "id", "metadata", "source"}
    for cell in made["cells"]:
        code = cell["cell_type"] == "code"
        assert set(cell) == keys | ({"execution_count", "outputs"} if code else set())
        assert code or cell["cell_type"] == "markdown"
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"])
        text = "".join(cell["source"])
        assert text == text.strip("\n") and text and all(isinstance(s, str) for s in cell["source"])
        assert not code or compile(text, name, "exec")
    assert len({cell["id"] for cell in made["cells"]}) == len(made["cells"])
    options = "".join(made["cells"][1]["source"])
    assert 'setdefault("KERAS_BACKEND", "torch")' in options and "sys.argv = [" in options
    whole = "".join(line for cell in made["cells"] for line in cell["source"])
    others = {path.stem for path in EXAMPLES.glob("*.py")}
    modules = set(re.findall(r"^(?:from|import) (\w+)", whole, flags=re.MULTILINE))
    assert not modules & others and "__name__" not in whole and "def main" not in whole


@pytest.mark.slow
def test_a_notebook_runs(tmp_path, monkeypatch, capsys):
    shown, display = [], ModuleType("IPython.display")
    display.Image, display.display = (lambda path: path.name), shown.append
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(sys, "argv", ["kernel", "-f", "connection.json"])
    monkeypatch.chdir(tmp_path)
    space = {"__name__": "__main__"}
    made = json.loads(notebook(EXAMPLES / "train_vae.py"))
    for number, cell in enumerate(made["cells"]):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), space)
        if number == 1:
            assert sys.argv == ["train_vae.py"]
            sys.argv += ["--epochs", "1", "--hidden-units", "16"]
    assert "overview.png" in shown and len(shown) == 6
    folder = tmp_path / "runs" / "train_vae"
    assert (folder / "metrics.json").exists() and not (folder / "index.html").exists()
    assert "nats, held out" in capsys.readouterr().out
