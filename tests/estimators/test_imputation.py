"""Filling missing values, on the linear-Gaussian model whose conditional means are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder
from keras_vae.estimators import imputation
from tests.oracles.linear_gaussian import ENCODE, FULL, VARIANCE, B, W, known_vae

MEAN = B + 2.0
COVARIANCE = W @ W.T + VARIANCE * np.eye(5)


def model(width=1.0):
    """The known model with data around 2; its encoder is exact for complete data."""
    known = known_vae(width * FULL)
    vae = VAE(known.encoder, known.decoder, missing_values=True, seed=0)
    vae.build((None, 5))
    vae.encoder.head.loc.bias.assign(-ENCODE @ MEAN)
    vae.decoder.head.loc.bias.assign(MEAN)
    return vae


def data(examples, share=0.4):
    rng = np.random.default_rng(0)
    x = MEAN + rng.multivariate_normal(np.zeros(5), COVARIANCE, examples)
    holes = rng.uniform(size=x.shape) < share
    holes[:, 0] = False  # something is always seen
    return x.astype("float32"), holes


def conditional_mean(x, holes):
    """E[x | what is seen of it], row by row."""
    filled = x.astype("float64").copy()
    for row, gone in zip(filled, holes, strict=True):
        across, within = COVARIANCE[np.ix_(gone, ~gone)], COVARIANCE[np.ix_(~gone, ~gone)]
        row[gone] = MEAN[gone] + across @ np.linalg.solve(within, row[~gone] - MEAN[~gone])
    return filled


def rmse(guess, x, holes):
    return np.sqrt(np.mean((guess - x)[holes] ** 2))


def test_weighted_draws_give_the_conditional_mean():
    """100 estimates of the same values: unbiased but for a part of 1/S."""
    vae, (x, holes) = model(width=4.0), data(4)
    for row, gone in zip(x, holes, strict=True):
        seen = np.repeat(np.where(gone, np.nan, row)[None], 100, axis=0).astype("float32")
        runs = vae.impute(seen, num_samples=400, seed=0)
        exact = conditional_mean(row[None], gone[None])[0]
        assert np.all(np.abs(runs.mean(axis=0) - exact) < 0.4 * runs.std(axis=0) + 0.02)
        np.testing.assert_array_equal(runs[:, ~gone], seen[:, ~gone])


def test_one_reconstruction_is_biased_and_weights_repair_it():
    vae, (x, holes) = model(width=4.0), data(200)
    seen = np.where(holes, np.nan, x).astype("float32")
    best = rmse(conditional_mean(x, holes), x, holes)
    columns = rmse(np.broadcast_to(MEAN, x.shape), x, holes)
    assert rmse(vae.impute(seen), x, holes) > columns > best
    weighted = rmse(vae.impute(seen, num_samples=1000, seed=0), x, holes)
    assert weighted < 1.03 * best  # 0.72 and 0.71; 1.15 by one reconstruction, 1.05 by the mean


def test_chunks_join_as_one_mean(monkeypatch):
    """Each with its share of the weight, however small the weights are."""
    rng = np.random.default_rng(0)
    log_weights, means = 900.0 * rng.normal(size=(3, 2)) - 1e4, rng.normal(size=(3, 2, 4, 1))
    log_weights[:, 0] /= 900.0
    found = [(1, {"log_weight": w, "mean": m}) for w, m in zip(log_weights, means, strict=True)]
    monkeypatch.setattr(imputation, "chunks", lambda *_, **__: iter(found))
    share = np.exp(log_weights - log_weights.max(axis=0))
    expected = np.einsum("sb,sbij->bij", share / share.sum(axis=0), means)
    assert_allclose(imputation.conditional_mean(None, None, 3, 0), expected, rtol=1e-9)


def test_images():
    vae = VAE(Encoder(2, (8,)), Decoder((4, 4, 1), (8,)), missing_values=True, seed=0)
    vae.build((None, 4, 4, 1))
    x = np.random.default_rng(0).uniform(size=(40, 4, 4, 1)).astype("float32")
    seen = np.where(x > 0.7, np.float32("nan"), x)
    filled = vae.impute(seen, num_samples=3, seed=0)
    assert filled.shape == x.shape and np.all((filled > 0.0) & (filled < 1.0))
    np.testing.assert_array_equal(filled, vae.impute(seen, num_samples=3, seed=0))


def test_a_model_without_missing_values_gets_a_sentence():
    """And not NaN in silence."""
    vae = known_vae(FULL)
    with pytest.raises(ValueError, match=r"Write VAE\(\.\.\., missing_values=True\)"):
        vae.impute(np.full((2, 5), np.nan, "float32"))
    with pytest.raises(ValueError, match="`num_samples` must be an integer of at least 1"):
        model().impute(np.zeros((2, 5)), num_samples=0)
