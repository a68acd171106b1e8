"""The report on a model whose codes are known, on every backend."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder
from keras_vae.disentanglement import disentanglement_report
from tests.conformance.factories import MODELS, VECTORS
from tests.oracles.grids import grid

FACTORS = grid((3, 4), 50)


class Named:
    """As `datasets.Factors` has them."""

    factors, names, kinds = FACTORS, ("shape", "size"), ("nominal", "ordered")


def perfect():
    """z[0] and z[1] are the factors, z[2] is off; σ is e⁻⁴."""
    encoder = Encoder(3, hidden_units=())
    vae = VAE(encoder, Decoder((2,), hidden_units=()))
    vae.build((None, 2))
    none = np.zeros(3)
    encoder.set_weights([np.eye(2, 3), none, np.zeros((2, 3)), none - 4.0])
    return vae


def test_the_report_on_perfect_codes(capsys):
    found = disentanglement_report(perfect(), FACTORS.astype("float32"), Named)
    printed = capsys.readouterr().out
    assert printed == f"{found}\n"
    assert found.active.tolist() == [True, True, False] and found.names == ("shape", "size")
    scores = (
        *(found.mutual_information_gap, found.mutual_information_gap_sampled, *found.dci),
        *(found.modularity, found.beta_vae_score, found.factor_vae_score),
    )
    assert_allclose([score.value for score in scores], 1.0, atol=1e-6)
    assert_allclose(found.sap.value, (2 / 3 + 1) / 2, rtol=1e-6)
    assert_allclose(found.total_correlation.value, 0.0, atol=1e-9)
    assert found.modularity.details["inactive"] == 1
    lines = printed.split("\n")
    assert lines[0] == (
        "600 examples, 3 latent dimensions, 2 active, 2 factors; ± bootstrap standard error"
    )
    assert "MIG, histogram of means   1.000 ± " in lines[1] and lines[1].endswith("up to 4 bins")
    assert lines[3].endswith("accuracy and R²") and "1 inactive or silent" in printed
    assert "shape                     z[0] 1.099, z[1] 0.000   of 1.099" in lines
    assert max(map(len, lines)) <= 100


@pytest.mark.one_backend("what is printed does not depend on it")
def test_without_scikit_learn_the_table_says_so(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    found = disentanglement_report(perfect(), FACTORS, Named, verbose=False)
    assert found.dci is None and not capsys.readouterr().out
    assert "left out: it needs scikit-learn, `pip install keras_vae[metrics]`" in str(found)


@pytest.mark.one_backend("the error comes before anything is computed")
def test_models_without_one_posterior_are_refused():
    with pytest.raises(NotImplementedError, match="needs one group of latent variables"):
        disentanglement_report(MODELS["ladder"].built(), VECTORS, np.zeros((len(VECTORS), 2), int))
    with pytest.raises(TypeError, match=r"expected a keras_vae\.VAE first"):
        disentanglement_report(FACTORS, perfect(), FACTORS)
    with pytest.raises(ValueError, match="`factors` has 599 examples and `codes` 600"):
        disentanglement_report(perfect(), FACTORS, FACTORS[1:])
