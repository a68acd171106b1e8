"""The house stands: rooms import downwards, files are short, and nothing is written twice."""

import ast
import importlib
import inspect
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests import ROOT

pytestmark = pytest.mark.one_backend("files are read, and nothing is computed")

PACKAGE = ROOT / "keras_vae"
TESTS = ROOT / "tests"

# Rooms may import from their own floor and from those below; never from above.
FLOORS = {
    "ground": (
        "arguments",
        "gone",
        "k_means",
        "keras_compat",
        "logistic",
        "tensors",
        "distributions",
        "divergences",
        "schedules",
    ),
    "first": (
        "batches",
        "bodies",
        "data",
        "exporting",
        "heads",
        "latents",
        "layers",
        "networks",
        "observations",
        "priors",
        "optimizers",
        "regularizers",
    ),
    "second": ("estimators", "objectives", "models"),
    "third": (
        "callbacks",
        "datasets",
        "disentanglement",
        "evaluation",
        "inference",
        "latent_space",
        "plotting",
    ),
}
HEIGHT = {room: height for height, rooms in enumerate(FLOORS.values()) for room in rooms}

# Folders of tests that mirror no room of the package.
OTHER_TESTS = {"backends", "bad_inputs", "conformance", "examples", "oracles", "saved", "site"}

MAX_LINES = 300
# Words of Keras: what they are for stands in its documentation, the shapes in that of the class.
KERAS_HOOKS = {"build", "call", "compute_output_shape"}

FORBIDDEN = {
    "train_step": "override compute_loss only",
    "add_loss": "it ignores sample_weight; write it in compute_loss",
    "pickle": "it does not load with safe_mode=True",
    "cloudpickle": "it does not load with safe_mode=True",
    "Lambda": "it does not load with safe_mode=True",
}


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=name(path))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, package: tuple[str, ...]) -> set[str]:
    """Full names of everything imported in ``tree``, a module of ``package``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join((*above, *filter(None, [node.module])))
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


def imports_of(path: Path) -> set[str]:
    return imports(parse(path), path.relative_to(ROOT).parent.parts)


def rooms_imported(path: Path) -> set[str]:
    """Rooms that a file imports from; "" for the roof, ``keras_vae/__init__.py``, itself."""
    own = [full.split(".") for full in imports_of(path) if full.split(".")[0] == "keras_vae"]
    rooms = {parts[1] if len(parts) > 1 else "" for parts in own}
    return {room if room in HEIGHT else "" for room in rooms} - {room_of(path)}


ROOMS = [path for path in files("keras_vae") if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_every_file_is_in_a_room(path):
    assert room_of(path) in HEIGHT, (
        f"{name(path)} is in no room: give {room_of(path)!r} a floor in FLOORS"
    )


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_imports_go_downwards(path):
    height = HEIGHT[room_of(path)]
    imported = rooms_imported(path)
    assert "" not in imported, f"{name(path)} imports from the roof; import from the room instead"
    above = {room for room in imported if HEIGHT[room] > height}
    assert not above, f"{name(path)} reaches up to {sorted(above)}"


def test_rooms_import_without_cycle():
    below = defaultdict(set)
    for path in ROOMS:
        below[room_of(path)] |= rooms_imported(path)
    while below:
        free = {room for room, needs in below.items() if not needs & below.keys()}
        assert free, f"these rooms import each other in a circle: {sorted(below)}"
        for room in free:
            del below[room]


@pytest.mark.parametrize("folder", sorted({path.parent.name for path in ROOMS} - {PACKAGE.name}))
def test_every_room_has_its_tests(folder):
    assert [*(TESTS / folder).glob("test_*.py")], f"tests/{folder}/ has no tests"


def test_every_folder_of_tests_is_a_room():
    folders = {path.parent.name for path in TESTS.glob("*/*.py")}
    strange = folders - HEIGHT.keys() - OTHER_TESTS
    assert not strange, f"{sorted(strange)} are no rooms of the package"


def test_tests_outside_of_a_folder_are_those_of_one_file():
    names = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")} - {
        "duplicates",
        "house",
    }
    strange = [file for file in names if not (PACKAGE / f"{file}.py").exists()]
    assert not strange, f"{strange} are no files of the package: put their tests in a room"


@pytest.mark.parametrize("path", files("tests"), ids=name)
def test_no_test_imports_from_a_test(path):
    """What several tests need stands in `tests/oracles`, where nothing is collected."""
    wrong = [full for full in imports_of(path) if re.search(r"(^|\.)test_|^tests\.conftest", full)]
    assert not wrong, f"{name(path)} imports {wrong}: move what is shared to tests/oracles"


def test_no_two_files_import_each_other():
    """Not even for the sake of a type."""
    needs = {name(path).removesuffix(".py").replace("/", "."): imports_of(path) for path in ROOMS}

    def imported(file, other):
        return any(full == other or full.startswith(f"{other}.") for full in needs[file])

    pairs = [(a, b) for a in needs for b in needs if a < b and imported(a, b) and imported(b, a)]
    assert not pairs, f"these files import each other: {pairs}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import keras_vae.models.vae", {"keras_vae.models.vae"}),
        ("from keras_vae import callbacks", {"keras_vae.callbacks"}),
        ("from ..models.vae import VAE", {"keras_vae.models.vae.VAE"}),
        ("from . import head", {"keras_vae.heads.head"}),
        ("def f():\n    from .. import evaluation", {"keras_vae.evaluation"}),
    ],
)
def test_imports_are_found(source, expected):
    assert imports(ast.parse(source), ("keras_vae", "heads")) == expected


@pytest.mark.parametrize("path", files("keras_vae"), ids=name)
def test_base_dependencies_alone_at_import(path):
    top = ast.Module([n for n in parse(path).body if isinstance(n, ast.Import | ast.ImportFrom)])
    packages = {full.split(".")[0] for full in imports(top, path.relative_to(ROOT).parent.parts)}
    foreign = packages - set(sys.stdlib_module_names) - {"keras", "numpy", "keras_vae"}
    assert not foreign, f"{name(path)} imports {sorted(foreign)}; import inside the function"


@pytest.mark.parametrize("path", files("keras_vae"), ids=name)
def test_forbidden_names(path):
    tree = parse(path)
    inside = {full for full in imports_of(path) if full.startswith("keras.src")}
    assert not inside, f"{name(path)} imports {sorted(inside)}; only public keras.* may be used"
    used = {part for full in imports_of(path) for part in full.split(".")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            used.add(node.attr)
            assert ast.unparse(node) != "keras.src", f"{name(path)}:{node.lineno} uses keras.src"
        elif isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            used.add(node.name)
    wrong = {word: FORBIDDEN[word] for word in used & FORBIDDEN.keys()}
    assert not wrong, f"{name(path)} uses {wrong}"


@pytest.mark.parametrize("path", [p for p in ROOMS if HEIGHT.get(room_of(p)) == 0], ids=name)
def test_ground_holds_no_variables(path):
    makers = {"Variable", "add_weight", "add_variable", "Layer", "Model"}
    used = {node.attr for node in ast.walk(parse(path)) if isinstance(node, ast.Attribute)}
    assert not used & makers, f"{name(path)} uses {sorted(used & makers)} on the ground floor"


@pytest.mark.parametrize("path", files("keras_vae", "tests", "examples"), ids=name)
def test_files_are_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{name(path)} has {lines} lines: it is two concepts"


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_public_methods_are_documented(path):
    """A docstring stands where a method first appears; what overrides it means the same."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
    silent = [
        f"{owner.__qualname__}.{method}"
        for owner in vars(module).values()
        if inspect.isclass(owner) and owner.__module__ == module.__name__
        for method, value in vars(owner).items()
        if not method.startswith("_") and method not in KERAS_HOOKS
        if inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod)
        if not inspect.getdoc(getattr(owner, method))
    ]
    assert not silent, f"{name(path)}: {silent} have no docstring"


def test_no_two_classes_are_saved_under_one_name():
    """Keras' registry holds one of them: a file would come back as the other."""
    saved = defaultdict(list)
    for path in files("keras_vae", "tests"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.ClassDef):
                if any("register" in ast.unparse(made) for made in node.decorator_list):
                    saved[path.relative_to(ROOT).parts[0], node.name].append(name(path))
    twice = [places for places in saved.values() if len(places) > 1]
    assert not twice, f"one name for two classes: {twice}"


@pytest.mark.parametrize("room", sorted(PACKAGE.rglob("__init__.py")), ids=lambda p: p.parent.name)
def test_what_is_exported_has_the_name_of_no_file(room):
    """Else `room.name` is the one or the other, and the site shows the file."""
    module = importlib.import_module(".".join(room.parent.relative_to(ROOT).parts))
    files = {path.stem for path in room.parent.iterdir() if path.is_dir() or path.suffix == ".py"}
    same = {name for name in module.__all__ if name in files and callable(getattr(module, name))}
    assert not same, f"{room.parent.name} exports {sorted(same)}, and has files of these names"
