"""Every model and every layer runs through every check of `tests/conformance`."""

import pytest

from tests.conformance import LAYER_CHECKS, checks_of
from tests.conformance.factories import LAYERS, MODELS


def named(check, name, factory):
    return pytest.param(check, factory, id=f"{name}-{check.__name__.removeprefix('check_')}")


@pytest.mark.parametrize(
    ("check", "factory"),
    [named(check, *item) for item in MODELS.items() for check in checks_of(item[1])],
)
def test_model(check, factory):
    check(factory)


@pytest.mark.parametrize(
    ("check", "factory"), [named(check, *item) for item in LAYERS.items() for check in LAYER_CHECKS]
)
def test_layer(check, factory):
    check(factory)
