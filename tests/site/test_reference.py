"""The reference has every public name once, and the evidence names tests that exist."""

import ast
import importlib
import re
from collections import Counter
from types import ModuleType

import pytest

import keras_vae
from tests import ROOT

pytestmark = pytest.mark.one_backend("files are read, and nothing is computed")

API = sorted((ROOT / "docs" / "api").glob("*.md"))
EVIDENCE = ROOT / "docs" / "evidence.md"


def public():
    """Everything that `__all__` of the package or of one of its modules names."""
    modules = [
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for path in sorted((ROOT / "keras_vae").rglob("*.py"))
        if path.name != "__init__.py"
    ]
    modules += [
        importlib.import_module(".".join(path.parent.relative_to(ROOT).parts))
        for path in sorted((ROOT / "keras_vae").rglob("__init__.py"))
    ]
    assert keras_vae in modules
    return {
        f"{module.__name__}.{name}": getattr(module, name)
        for module in modules
        for name in getattr(module, "__all__", ())
        if not isinstance(getattr(module, name), ModuleType)
    }


def listed():
    """What the pages hand to mkdocstrings, in their order."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in API)
    return re.findall(r"^::: (\S+)$", text, re.MULTILINE)


def named(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_every_public_name_is_in_the_reference():
    there = [named(path) for path in listed()]
    missing = {path for path, thing in public().items() if not any(thing is one for one in there)}
    assert not missing, f"docs/api/ lacks {sorted(missing)}"


def test_nothing_is_in_the_reference_twice():
    twice = [
        name for name, count in Counter(id(named(path)) for path in listed()).items() if count > 1
    ]
    assert not twice, [path for path in listed() if id(named(path)) in twice]


def test_every_name_of_the_reference_has_a_sentence():
    for page in API:
        text = page.read_text(encoding="utf-8")
        introduced = re.findall(r"^- \[`\w+`\]\[(\S+)\]:\s", text, re.MULTILINE)
        assert introduced == re.findall(r"^::: (\S+)$", text, re.MULTILINE), page.name


def test_every_example_of_a_docstring_stands_under_its_heading():
    """Elsewhere Markdown takes the signs before its lines for a citation in a citation."""
    for file in sorted((ROOT / "keras_vae").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                text, _, _ = (ast.get_docstring(node) or "").partition("\nExamples:\n")
                assert ">>>" not in text, f"{file.name}: {getattr(node, 'name', 'the module')}"


def test_every_objective_has_a_card():
    text = (ROOT / "docs" / "api" / "objectives.md").read_text(encoding="utf-8")
    cards = re.findall(r"^-   \*\*\[`(\w+)`\]\[keras_vae\.objectives\.\1\]", text, re.MULTILINE)
    bases = ("Objective", "CriticObjective")
    found = [path.rpartition(".")[2] for path in re.findall(r"^::: (\S+)$", text, re.MULTILINE)]
    classes = (getattr(keras_vae.objectives, name) for name in found)
    ready = [one for one in classes if isinstance(one, type) and one.__name__ not in bases]
    assert cards == [c.__name__ for c in ready if issubclass(c, keras_vae.objectives.Objective)]


def test_named_tests_exist():
    text = EVIDENCE.read_text(encoding="utf-8")
    cited = re.findall(r"(tests/(?:\w+/)*test_\w+\.py)::(\w+)", text)
    assert len(cited) > 30
    for file, function in cited:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert function in functions, f"{file} has no {function}"
