"""No function body stands twice in the package."""

import ast
import copy
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Below both a function is too small to be worth a name of its own.
MIN_STATEMENTS, MIN_EXPRESSIONS = 3, 25


class Anonymous(ast.NodeTransformer):
    """Replaces arguments and local variables by numbers, in order of appearance."""

    def __init__(self, function: ast.FunctionDef):
        self.local = {
            node.arg if isinstance(node, ast.arg) else node.id
            for node in ast.walk(function)
            if isinstance(node, ast.arg)
            or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        }
        self.numbers: dict[str, str] = {}

    def number(self, word: str) -> str:
        return self.numbers.setdefault(word, f"_{len(self.numbers)}")

    def visit_Name(self, node):
        if node.id in self.local:
            node.id = self.number(node.id)
        return node

    def visit_arg(self, node):
        node.arg, node.annotation = self.number(node.arg), None
        return node


def fingerprint(function: ast.FunctionDef) -> str | None:
    """The body of a function without docstring and names; None if it is too small to matter."""
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    nodes = [node for statement in body for node in ast.walk(statement)]
    statements = sum(isinstance(node, ast.stmt) for node in nodes)
    expressions = sum(isinstance(node, ast.expr) for node in nodes)
    if statements < MIN_STATEMENTS and expressions < MIN_EXPRESSIONS:
        return None
    anonymous = Anonymous(function)
    return "\n".join(ast.dump(anonymous.visit(copy.deepcopy(statement))) for statement in body)


def repeated(trees: dict[str, ast.Module]) -> list[list[str]]:
    """Places of function bodies that stand more than once."""
    places = defaultdict(list)
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                where = f"{file}:{node.lineno} {node.name}"
                if (mark := fingerprint(node)) is not None:
                    places[mark].append(where)
    return [found for found in places.values() if len(found) > 1]


def test_no_function_body_stands_twice():
    twice = repeated(
        {
            path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
            for path in sorted((ROOT / "keras_vae").rglob("*.py"))
        }
    )
    assert not twice, "\n".join(["the same body stands at:", *map(" and ".join, twice)])


def test_a_copied_body_is_found():
    original = "def f(x):\n    '''One.'''\n    y = g(x)\n    y += 1\n    return h(y)"
    renamed = "def k(self, u):\n    v = g(u)\n    v += 1\n    return h(v)"
    changed = "def k(u):\n    v = g(u)\n    v += 2\n    return h(v)"
    assert repeated({"a": ast.parse(original), "b": ast.parse(renamed)}) == [["a:1 f", "b:1 k"]]
    assert not repeated({"a": ast.parse(original), "b": ast.parse(changed)})
