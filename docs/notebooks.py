"""A script of the examples as a notebook: its functions as cells, and its `main` step by step."""

import ast
import json
import re
import textwrap

STEP = re.compile(r"(?:# .*\n)*?# \d+\. .*\n(?:# .*\n)*")
IMPORT = (ast.Import, ast.ImportFrom)
OPTIONS = """import os
import sys

os.environ.setdefault("KERAS_BACKEND", "{backend}")  # read when Keras is imported
sys.argv = ["{name}"]  # options of the script go here, such as "--epochs", "10\""""
PICTURES = """from IPython.display import Image, display

for path in sorted(args.out.glob("*.png")):
    display(Image(path))"""
ABOUT = """

Made from `examples/{name}` of keras_vae. It needs

    pip install "keras_vae[{backend},plot,metrics,digits]"

{missing}"""
MISSING = "What the script does with other files of its repository is left out here."


def names(node, context=(ast.Load, ast.Store)):
    """The names that code reads or binds."""
    found = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {part.id for part in found if isinstance(part.ctx, context)}


def bound(statement):
    """What a statement gives a name to."""
    if isinstance(statement, IMPORT):
        return {alias.asname or alias.name for alias in statement.names}
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    return names(statement, ast.Store)


def left_out(statements, siblings, gone):
    """Statements that need a script of the same folder, or one of the names `gone`, which grow."""
    for statement in statements:
        imported = {statement.module} if isinstance(statement, ast.ImportFrom) else set()
        if isinstance(statement, ast.Import):
            imported = {alias.name for alias in statement.names}
        opened = isinstance(statement, ast.For | ast.If) or bound(statement) == {"main"}
        if not (imported & siblings or names(statement) & gone):
            continue
        if opened and not [*left_out(statement.body[:1], siblings, set(gone))]:
            yield from left_out(statement.body, siblings, gone)
        else:
            gone |= bound(statement)
            yield statement


def standing_alone(source, siblings):
    """A script without what it does with scripts of the same folder."""
    lines = source.splitlines()
    for statement in left_out(ast.parse(source).body, siblings, set()):
        begin = min(
            [statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))]
        )
        lines[begin - 1 : statement.end_lineno] = [None] * (statement.end_lineno - begin + 1)
    return "\n".join(line for line in lines if line is not None) + "\n"


def blocks(source, statements, end):
    """Code from line `end` on, cut before blank lines; imports stay together."""
    lines, cut, before = source.splitlines(keepends=True), [], None
    for statement in statements:
        text = "".join(lines[end : statement.end_lineno])
        together = isinstance(statement, IMPORT) and isinstance(before, IMPORT)
        if cut and (together or text.strip(" ")[0] != "\n"):
            cut[-1] += text
        else:
            cut.append(text)
        end, before = statement.end_lineno, statement
    return [textwrap.dedent(text.strip("\n")) for text in cut]


def cells(source):
    """The kind of each cell, markdown or code, and its text: all but docstring and options."""
    body = ast.parse(source).body
    main = next(s for s in body if isinstance(s, ast.FunctionDef) and s.name == "main")
    before = body[1 : body.index(main)]
    found = [("code", text) for text in blocks(source, before, body[0].end_lineno)]
    for text in blocks(source, main.body[1:], main.body[0].end_lineno):
        code = text.replace(" if argv is None else argv", "")
        if step := STEP.match(code):
            said = " ".join(line.removeprefix("# ") for line in step[0].splitlines())
            found.append(("markdown", f"## {said.rstrip('.')}"))
            code = code[step.end() :]
        found.append(("code", code))
    return found


def notebook(path, backend="jax"):
    """A script as the text of an .ipynb file."""
    script = path.read_text(encoding="utf-8")
    siblings = {other.stem for other in path.parent.glob("*.py")}
    source = standing_alone(script, siblings)
    title, _, rest = ast.get_docstring(ast.parse(source)).partition("\n")
    about = ABOUT.format(name=path.name, backend=backend, missing=MISSING * (source != script))
    found = [
        ("markdown", f"# {title.rstrip('.')}\n{rest.rstrip()}{about.rstrip()}"),
        ("code", OPTIONS.format(name=path.name, backend=backend)),
        *cells(source),
        ("code", PICTURES),
    ]
    made = []
    for number, (kind, text) in enumerate(found):
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
        more = {"execution_count": None, "outputs": []} if kind == "code" else {}
        made.append({**cell, **more, "source": text.splitlines(keepends=True)})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about_all = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": made, "metadata": about_all, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
