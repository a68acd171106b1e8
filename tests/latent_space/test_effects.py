"""Effects and leakage, exact for a linear decoder, and on faces where the mend is known."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.datasets import FACE_MEASURES, faces
from keras_vae.latent_space import AttributeVector, cross_validated_effect

pytestmark = pytest.mark.one_backend("NumPy alone")

MATRIX = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])
LINEAR = SimpleNamespace(decode=lambda z, batch_size: z @ MATRIX)
Z = np.random.default_rng(0).standard_normal((50, 2))
VECTOR = AttributeVector(np.array([0.5, 1.0]))


def first(x):
    return x[:, 0]


def square(x):
    return x[:, 2] ** 2


def test_the_effect_on_a_linear_measure_is_exact():
    value, error = VECTOR.effect(LINEAR, Z, first, amount=3.0)
    assert_allclose(value, 1.5, rtol=1e-6)
    assert error < 1e-7  # codes are float32
    assert np.isnan(VECTOR.effect(LINEAR, Z[:1], first).standard_error)


def test_the_effect_on_a_square():
    before = Z @ MATRIX[:, 2]
    change = (before + 2.0) ** 2 - before**2
    value, error = VECTOR.effect(LINEAR, Z, square)
    assert_allclose(value, change.mean(), rtol=1e-5)
    assert_allclose(error, change.std(ddof=1) / 50**0.5, rtol=1e-5)


def test_leakage_is_per_unit_of_the_attribute_and_of_the_spread():
    others = {"second": lambda x: x[:, 1], "square": square, "constant": lambda x: 0 * x[:, 0]}
    found = VECTOR.leakage(LINEAR, Z, first, others, amount=2.0)
    assert list(found) == ["second", "square", "constant"]
    assert_allclose(found["second"].value, -2.0 / Z[:, 1].std(), rtol=1e-5)
    assert found["second"].standard_error < 1e-6
    before = Z @ MATRIX[:, 2]
    change = (before + 4.0) ** 2 - before**2  # of a move that changes the first by 1
    assert_allclose(found["square"].value, change.mean() / (before**2).std(), rtol=1e-5)
    error = change.std(ddof=1) / 50**0.5 / (before**2).std()
    assert_allclose(found["square"].standard_error, error, rtol=1e-5)
    assert found["constant"].value == 0.0


def test_every_code_is_moved_by_what_the_others_say():
    """As many folds as codes: the mean over all directions with one code left out."""
    labels = np.arange(50) % 2
    directions = [
        AttributeVector.fit(np.delete(Z, i, 0), np.delete(labels, i)).direction for i in range(50)
    ]
    expected = 2 * np.array(directions) @ MATRIX[:, 2]
    found = cross_validated_effect(
        LINEAR, Z, labels, lambda x: x[:, 2], folds=50, amount=2.0, seed=4
    )
    assert_allclose(found.value, expected.mean(), rtol=1e-5)
    assert_allclose(found.standard_error, expected.std(ddof=1) / 50**0.5, rtol=1e-3)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"shape \(100, 1\) for 100 pictures; expected one number"):
        VECTOR.effect(LINEAR, Z, lambda x: x[:, :1])
    with pytest.raises(ValueError, match="does not change the attribute of this direction at all"):
        VECTOR.leakage(LINEAR, Z, lambda x: 0 * x[:, 0], {"first": first})
    with pytest.raises(ValueError, match="`folds` must be"):
        cross_validated_effect(LINEAR, Z, np.arange(50) % 2, first, folds=1)
    with pytest.raises(ValueError, match="folds=51 at most as many"):
        cross_validated_effect(LINEAR, Z, np.arange(50) % 2, first, folds=51)


def test_the_smile_without_the_glasses():
    """Faces on their principal axes, smiles and glasses correlated 0.7."""
    correlation = {("mouth_curvature", "glasses"): 0.7}
    train, test = faces(1500, seed=0, correlation=correlation), faces(300, seed=1)
    pixels, mean = train.x.reshape((1500, -1)).astype("float64"), train.x.mean(axis=0).ravel()
    values, axes = np.linalg.eigh((pixels - mean).T @ (pixels - mean) / 1500)
    scale = np.sqrt(values[-24:])
    axes = axes[:, -24:] * scale
    model = SimpleNamespace(
        decode=lambda z, batch_size: (z @ axes.T + mean).reshape((-1, 32, 32, 1)),
    )

    def encode(x):
        return (x.reshape((len(x), -1)) - mean) @ (axes / scale**2)

    z, held_out = encode(train.x), encode(test.x)
    smile, wears = train.column("mouth_curvature"), train.column("glasses")
    measure, others = FACE_MEASURES["mouth_curvature"], {"glasses": FACE_MEASURES["glasses"]}
    leaks = {}
    for name, balance in (("plain", None), ("balanced", wears)):
        vector = AttributeVector.fit(z, smile, balance=balance)
        assert vector.effect(model, held_out, measure, amount=0.5).value > 0.1
        leaks[name] = vector.leakage(model, held_out, measure, others, amount=0.5)["glasses"]
    assert abs(leaks["balanced"].value) < 0.1 * abs(leaks["plain"].value)
