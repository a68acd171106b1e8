"""What a module of the site answers, run by Node outside of a browser."""

import json
import shutil
import subprocess

import pytest

from tests import ROOT

PROGRAM = """
import {{ readFileSync }} from "node:fs";
const module = await import("{module}");
const answer = new Function("module", "given", {script});
console.log(JSON.stringify(answer(module, JSON.parse(readFileSync(0)))));
"""


def answer_of(module, script, given):
    """What ``script`` returns, the body of a function of a module of the site and what is given."""
    if shutil.which("node") is None:
        pytest.skip("modules of the site run in Node, which is not installed")
    uri = (ROOT / "docs" / "javascripts" / module).as_uri()
    program = PROGRAM.format(module=uri, script=json.dumps(script))
    run = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
