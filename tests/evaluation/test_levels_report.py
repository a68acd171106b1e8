"""The report on codes of several levels."""

import math

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.evaluation import report
from tests.conformance.factories import IMAGES
from tests.oracles.hierarchy import NATS, K, quantized


def test_each_level_is_counted_for_itself(capsys):
    model = quantized()
    found, codes = report(model, IMAGES), model.encode(IMAGES)
    assert_allclose(found.elbo, model.elbo(IMAGES).mean(), rtol=1e-6)
    assert_allclose(found.rate, sum(NATS), rtol=1e-6)
    for (name, level), nats, size in zip(found.levels.items(), NATS, K, strict=True):
        assert_array_equal(level.counts, np.bincount(codes[name].ravel(), minlength=size))
        assert_allclose(level.rate, nats, rtol=1e-6)
    text = capsys.readouterr().out
    lines = text.split("\n")
    assert lines[0] == "10 examples, 2 levels of codes, β = 1; nats per example"
    assert lines[4] == f"z_1                {8 * math.log(6):12.3f}   8 codes for each, of 6"
    assert lines[7] == f"z_2                {2 * math.log(4):12.3f}   2 codes for each, of 4"
    used = found.levels["z_1"].used
    assert lines[5] == f"  codes in use     {used:12d}   of 6"
    assert "z_1: " in found.verdict and "z_2: " in found.verdict


def test_a_level_that_has_collapsed_is_named():
    model = quantized()
    points = np.array([[0.0, 0.0], *[[90.0, 90.0]] * 3], "float32")
    model.latents.levels[1].books[0].points.assign(points)
    verdict = report(model, IMAGES, verbose=False).verdict
    assert "z_2: The codes have collapsed: every cell has code 0" in verdict
    assert "z_1: The codes have collapsed" not in verdict
