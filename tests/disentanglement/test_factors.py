"""Bad codes and factors get a sentence, from every score alike; good ones come in many types."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.disentanglement import (
    beta_vae_score,
    dci,
    explicitness,
    factor_vae_score,
    modularity,
    mutual_information_gap,
    mutual_information_gap_sampled,
    sap,
)
from tests.oracles.grids import grid
from tests.oracles.sentences import sentence

pytestmark = pytest.mark.one_backend("NumPy alone")

FACTORS = grid((2, 3), 5)
CODES = 1.0 * FACTORS


def sampled(codes, factors):
    return mutual_information_gap_sampled(codes, np.ones(np.shape(codes)), factors)


SCORES = [
    mutual_information_gap,
    sampled,
    sap,
    dci,
    modularity,
    explicitness,
    beta_vae_score,
    factor_vae_score,
]
PAIRS = [dci, modularity, beta_vae_score, factor_vae_score]


class Named:
    """As `datasets.Factors` has them."""

    factors = FACTORS.copy()
    names = ("shape", "size")
    kinds = ("nominal", "ordered")


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    ("factors", "said"),
    [
        (FACTORS[:-1], "`factors` has 29 examples and `codes` 30; expected a row for each"),
        (FACTORS[:, 0], r"Write v\[:, None\] for a single factor"),
        (FACTORS.astype(str), r"np.unique\(v, return_inverse=True\)\[1\] for names"),
        (FACTORS + 0.5, r"The factor v\[0\] has values that are no integers"),
        (FACTORS * [1.0, np.nan], r"The factor v\[1\] has values that are no integers"),
        (FACTORS * [1, 0] + 4, r"The factor v\[1\] is constant: it is 4 in all 30 examples"),
    ],
)
def test_bad_factors(score, factors, said):
    with pytest.raises(ValueError, match=said):
        score(CODES, factors)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (CODES[:, 0], r"came with shape \(30,\) and dtype float64; expected numbers of shape"),
        (CODES[:, None], r"z.reshape\(len\(z\), -1\) for a grid"),
        (CODES[:, :0], r"came with shape \(30, 0\)"),
        (CODES[:1], "has 1 examples; a score compares at least two"),
        (CODES * [1.0, np.nan], "has 30 values that are NaN or infinite"),
    ],
)
def test_bad_codes(score, codes, said):
    with pytest.raises(ValueError, match=said):
        score(codes, FACTORS)


def test_several_groups():
    assert sentence(ValueError, lambda: sap({"z_1": CODES, "z_2": CODES}, FACTORS)) == (
        "`codes` came as a dict with the keys 'z_1', 'z_2'; expected one array of shape (n, D): "
        'write codes["z_1"], or np.concatenate(list(codes.values()), 1).'
    )


def test_a_constant_factor_is_named():
    class Constant(Named):
        factors = FACTORS * [0, 1]

    said = "The factor shape is constant: it is 0 in all 30 examples"
    with pytest.raises(ValueError, match=said):
        mutual_information_gap(CODES, Constant)


def test_a_name_for_each_factor():
    class Short(Named):
        names = ("shape",)

    with pytest.raises(ValueError, match="1 names came for 2 factors; expected a name for each"):
        sap(CODES, Short)


@pytest.mark.parametrize("score", PAIRS)
def test_a_single_factor(score):
    with pytest.raises(ValueError, match="has 1 columns; this score compares at least 2 factors"):
        score(CODES, FACTORS[:, :1])


@pytest.mark.parametrize("kinds", [("ordered",), "nominal", ("nominal", "cyclic"), (1, 2)])
@pytest.mark.parametrize("score", [sap, dci])
def test_bad_kinds(score, kinds):
    with pytest.raises(ValueError, match="'ordered' or 'nominal' for each of them, such as kinds"):
        score(CODES, FACTORS, kinds)


@pytest.mark.parametrize("score", [sap, dci])
def test_kinds_come_with_the_factors_or_beside_them(score):
    alone, together = score(CODES, FACTORS, Named.kinds), score(CODES, Named)
    one, other = (found[0] if isinstance(found, tuple) else found for found in (alone, together))
    assert one.details["kinds"] == other.details["kinds"] == Named.kinds
    assert_allclose(one.value, other.value, rtol=1e-12)


@pytest.mark.parametrize("score", SCORES)
def test_types_of_numbers(score):
    def value(codes, factors):
        found = score(codes, factors)
        return (found[0] if isinstance(found, tuple) else found).value

    expected = value(CODES, FACTORS)
    for codes, factors in (
        (CODES.tolist(), FACTORS.tolist()),
        (CODES.astype("float32"), FACTORS.astype("float64")),
        (FACTORS, FACTORS.astype("int8") - 100),
    ):
        assert_allclose(value(codes, factors), expected, rtol=1e-9)
    two = grid((2, 2), 8)
    assert_allclose(value(1.0 * two, two == 1), value(1.0 * two, two), rtol=1e-12)


@pytest.mark.parametrize(
    ("score", "given"),
    [
        (mutual_information_gap, {"bins": 1}),
        (modularity, {"bins": 2.5}),
        (sap, {"resamples": 1}),
        (sap, {"seed": -1}),
        (explicitness, {"seed": None}),
        (factor_vae_score, {"votes": 1}),
        (factor_vae_score, {"batch_size": 1}),
        (beta_vae_score, {"pairs": 0}),
        (beta_vae_score, {"points": 3}),
        (dci, {"seed": "a"}),
    ],
)
def test_numbers_out_of_range(score, given):
    ((name, value),) = given.items()
    with pytest.raises(ValueError, match=f"{name}={value!r}"):
        score(CODES, FACTORS, **given)
