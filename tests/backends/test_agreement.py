"""Every objective on three backends: the same losses, terms, gradients and trained weights."""

import pytest

from tests.backends import agreement

pytestmark = [
    pytest.mark.one_backend("one run covers all three, each in a process of its own"),
    pytest.mark.slow,
]

BOUND = 1e-5


@pytest.fixture(scope="module")
def rows(folder):
    return {row["objective"]: row for row in agreement.compare(folder)}


@pytest.mark.parametrize("objective", list(agreement.objectives()))
@pytest.mark.parametrize("quantity", agreement.QUANTITIES)
def test_backends_agree(rows, objective, quantity):
    assert rows[objective][quantity] < BOUND


def test_backends_are_not_one_and_the_same(rows):
    assert max(row["gradients"] for row in rows.values()) > 0.0
