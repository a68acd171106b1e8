"""Mixed columns with missing values in one head, and counts."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder
from keras_vae.layers import (
    BernoulliHead,
    CategoricalHead,
    NormalHead,
    PoissonHead,
    ProductHead,
)

RNG = np.random.default_rng(0)
TABLE = np.concatenate(
    [
        RNG.normal(size=(30, 2)),
        RNG.integers(0, 2, (30, 1)),
        np.eye(3)[RNG.integers(0, 3, 30)],
        RNG.poisson(3.0, (30, 1)),
    ],
    axis=1,
).astype("float32")
HOLES = TABLE.copy()
HOLES[::3, 3:6] = np.nan
HOLES[1::3, 0] = np.nan
HOLES[2::5, 6] = np.nan


def mixed(first="learned", **options):
    heads = [NormalHead(first), BernoulliHead(), CategoricalHead(), PoissonHead()]
    decoder = Decoder((7,), (8,), head=ProductHead(heads, (2, 1, 3, 1)))
    return VAE(Encoder(2, (8,)), decoder, seed=0, **options)


def test_a_table_with_missing_values_trains_and_is_saved(tmp_path):
    vae = mixed(missing_values=True)
    vae.compile(keras.optimizers.Adam(0.02))
    history = vae.fit(HOLES, epochs=6, verbose=0).history["elbo"]
    assert np.isfinite(history).all() and history[-1] > history[0]
    vae.save(tmp_path / "table.keras")
    again = keras.saving.load_model(tmp_path / "table.keras")
    assert_allclose(again.reconstruct(HOLES), vae.reconstruct(HOLES), atol=1e-6)
    filled = vae.impute(HOLES)
    assert not np.isnan(filled).any()
    assert_allclose(filled[~np.isnan(HOLES)], HOLES[~np.isnan(HOLES)])
    rows = vae.generate(5, seed=0, sample=True)
    assert rows.shape == (5, 7) and np.isin(rows[:, 2:6], (0.0, 1.0)).all()
    assert_allclose(rows[:, 3:6].sum(axis=1), 1.0)


def test_a_mask_says_the_same_as_nan():
    with_nan, with_mask = mixed(missing_values=True), mixed()
    for vae in (with_nan, with_mask):
        vae.build((None, 7))
    with_mask.set_weights(with_nan.get_weights())
    seen = ~np.isnan(HOLES)
    data = {"x": np.where(seen, HOLES, -99.0), "observed": seen}
    assert_allclose(with_mask.encode(data), with_nan.encode(HOLES), atol=1e-6)
    assert_allclose(with_mask.elbo(data, 3, seed=1), with_nan.elbo(HOLES, 3, seed=1), rtol=1e-5)
    assert_allclose(with_mask.impute(data), with_nan.impute(HOLES), rtol=1e-5)


def test_the_sum_of_the_columns_is_the_likelihood():
    vae = mixed()
    vae.build((None, 7))
    likelihood = vae.likelihood(ops.ones((30, 2)))
    whole = ops.convert_to_numpy(likelihood.log_prob(TABLE))
    columns = (TABLE[:, :2], TABLE[:, 2:3], TABLE[:, 3:6], TABLE[:, 6:])
    parts = [p.log_prob(x) for p, x in zip(likelihood.parts, columns, strict=True)]
    assert_allclose(whole, sum(ops.convert_to_numpy(part) for part in parts), rtol=1e-5)


def test_a_part_with_a_closed_form_fits_its_columns():
    """The optimal σ of the real columns is their own, whatever stands in the others."""
    vae = mixed("optimal", missing_values=True)
    vae.compile(keras.optimizers.SGD(0.0))
    vae.fit(HOLES, batch_size=30, verbose=0)
    head = vae.decoder.head.heads[0]
    assert float(ops.convert_to_numpy(head.best_variance)) == pytest.approx(
        np.nanvar(HOLES[:, :2]), rel=0.5
    )
    assert float(ops.convert_to_numpy(head.updates)) == 1.0


@pytest.mark.parametrize(
    ("column", "broken", "words"),
    [
        (2, 7.0, ["Column 2 of x", "Bernoulli", "[0, 1]"]),
        (4, 0.5, ["Columns 3 to 5 of x", "not one-hot", "to_categorical"]),
        (6, -2.0, ["Column 6 of x", "Poisson", "whole numbers from 0"]),
        (6, 2.5, ["Column 6 of x", "not whole"]),
    ],
)
def test_values_outside_of_a_column(column, broken, words):
    x = TABLE.copy()
    x[3, column] = broken
    with pytest.raises(ValueError) as error:
        mixed().elbo(x)
    for word in words:
        assert word in str(error.value)


def test_sizes_and_heads():
    with pytest.raises(ValueError, match="2 heads and sizes"):
        ProductHead([NormalHead(), BernoulliHead()], (1, 1, 1))
    with pytest.raises(TypeError, match="are heads"):
        ProductHead(["normal"], (1,))
    wrong = VAE(Encoder(2, ()), Decoder((5,), (), head=ProductHead([NormalHead()], (4,))))
    with pytest.raises(ValueError, match="describe 4 columns"):
        wrong.build((None, 5))


def test_counts_train_by_name():
    counts = RNG.poisson(5.0, (40, 4)).astype("float32")
    vae = VAE(Encoder(1, ()), Decoder((4,), (), head="poisson"), seed=0)
    vae.compile(keras.optimizers.Adam(0.05))
    history = vae.fit(counts, epochs=8, verbose=0).history["elbo"]
    assert history[-1] > history[0]
    with pytest.raises(ValueError, match="whole numbers from 0"):
        vae.fit(counts - 5.0, verbose=0)
    assert (vae.generate(6, seed=0, sample=True) % 1.0 == 0.0).all()
