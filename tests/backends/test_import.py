"""What an import brings with it, on the backend of this run."""

import subprocess
import sys

import pytest

from tests import ROOT


@pytest.mark.slow
def test_import_is_light():
    """Importing keras_vae loads nothing beyond what Keras has loaded, and itself."""
    script = (
        "import sys, keras; before = {m.split('.')[0] for m in sys.modules}\n"
        "import keras_vae; print(*({m.split('.')[0] for m in sys.modules} - before))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    added = set(result.stdout.split()) - set(sys.stdlib_module_names)
    assert added == {"keras_vae"}, f"importing keras_vae also loads {sorted(added)}"
