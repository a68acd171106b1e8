"""The processes whose answers the tests of this folder compare: one for each backend."""

import os
import subprocess
import sys
import time

import pytest

from tests import ROOT
from tests.backends.crossing import BACKENDS


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """Where all backends have written what `alone.py` asks of them."""
    folder = tmp_path_factory.mktemp("backends")
    running = {
        backend: subprocess.Popen(
            [sys.executable, "-m", "tests.backends.alone", folder],
            cwd=ROOT,
            env={**os.environ, "KERAS_BACKEND": backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for backend in BACKENDS
    }
    for backend, process in running.items():
        while process.poll() is None and not (folder / f"{backend}.written").exists():
            time.sleep(0.1)
    said = {backend: process.communicate("read\n")[0] for backend, process in running.items()}
    broken = [said[backend] for backend, process in running.items() if process.returncode]
    assert not broken, "\n".join(broken)
    return folder
