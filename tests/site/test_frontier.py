"""The point that is dragged along the frontier, against the losses of any linear VAE."""

import json
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from docs.frontier import UNITS, figure, linear_vae
from tests.oracles.node import answer_of

pytestmark = pytest.mark.one_backend("the figure of the browser is compared with NumPy")

SCRIPT = """
const { generated, point, reconstructed } = module;
return given.betas.map((beta) => ({
  ...point(given.model, beta),
  means: given.x.map((x) => reconstructed(given.model, x, beta)),
  draws: given.z.map((z) => generated(given.model, z, beta)),
}));
"""
BETAS = [0.2, 1.0, 9.0, 60.0]


def test_rate_distortion_and_pictures():
    model = linear_vae()
    values, variance, average = (model[name] for name in ("eigenvalues", "variance", "average"))
    covariance = model["directions"].T * values[:UNITS] @ model["directions"]
    x, z = model["digits"], np.random.default_rng(0).normal(size=(3, UNITS))
    told = json.loads(re.search(r"<script[^>]*>(.*)</script>", figure(""))[1])
    given = {"model": told, "betas": BETAS, "x": x.tolist(), "z": z.tolist()}
    active = []
    for beta, found in zip(BETAS, answer_of("figures/frontier.js", SCRIPT, given), strict=True):
        nu = beta * variance
        W = model["directions"].T * np.sqrt(np.maximum(values[:UNITS] - nu, 0))
        posterior = nu * np.linalg.inv(W.T @ W + nu * np.eye(UNITS))
        V = posterior @ W.T / nu
        assert_allclose(found["means"], average + (x - average) @ (W @ V).T, atol=2e-3)
        assert_allclose(found["draws"], average + z @ W.T, atol=2e-3)

        kept = W @ V
        error = values.sum() - np.trace((2 * np.eye(64) - kept) @ kept @ covariance)
        error += np.trace(W @ posterior @ W.T)
        rate = np.trace(posterior + V @ covariance @ V.T) - UNITS - np.linalg.slogdet(posterior)[1]
        assert_allclose(found["distortion"], error / (2 * variance), rtol=2e-3)
        assert_allclose(found["rate"], rate / 2, rtol=2e-3, atol=1e-9)
        assert found["active"] == np.linalg.matrix_rank(W)
        active.append(found["active"])
    assert active[:2] == [UNITS, UNITS] and 0 < active[2] < UNITS and active[3] == 0
