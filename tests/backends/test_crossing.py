"""One model on three backends: the same losses, the same gradients, the same files."""

import itertools

import numpy as np
import pytest

from tests.backends.crossing import BACKENDS, NAMES, arrays

pytestmark = [
    pytest.mark.one_backend("one run covers all three, each in a process of its own"),
    pytest.mark.slow,
]

TOLERANCE = 1e-5  # of the largest entry: float32 sums of a few terms differ by some 1e-7


def assert_agree(folder, one, other):
    """Every number in the second file is in the first one, too."""
    expected, found = arrays(folder / f"{one}.npz"), arrays(folder / f"{other}.npz")
    assert found
    for key in found:
        scale = np.abs(expected[key]).max() or 1.0  # a count of nothing
        np.testing.assert_allclose(found[key] / scale, expected[key] / scale, 0, TOLERANCE, key)


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("name", NAMES)
def test_losses_gradients_and_outputs(folder, name, backend):
    numbers = [set(arrays(folder / f"{name}-{b}.npz")) for b in (BACKENDS[0], backend)]
    assert numbers[0] == numbers[1]
    assert_agree(folder, f"{name}-{BACKENDS[0]}", f"{name}-{backend}")


@pytest.mark.parametrize(("writer", "reader"), list(itertools.permutations(BACKENDS, 2)))
@pytest.mark.parametrize("name", NAMES)
def test_file_of_one_backend_on_another(folder, name, writer, reader):
    assert_agree(folder, f"{name}-{writer}", f"{name}-{writer}-{reader}")
