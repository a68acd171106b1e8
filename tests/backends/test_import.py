"""What an import of the package brings with it, on each backend."""

import json
import sys

import pytest

from tests.backends.crossing import BACKENDS

pytestmark = [
    pytest.mark.one_backend("one run covers all three, each in a process of its own"),
    pytest.mark.slow,
]


@pytest.mark.parametrize("backend", BACKENDS)
def test_import_is_light(folder, backend):
    """Importing keras_vae loads nothing beyond what Keras has loaded, and itself."""
    added = set(json.loads((folder / f"{backend}-added.json").read_text()))
    added -= set(sys.stdlib_module_names)
    assert added == {"keras_vae"}, f"importing keras_vae also loads {sorted(added)}"
