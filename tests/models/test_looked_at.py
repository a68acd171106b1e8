"""What Keras shows of a model: names of the numbers of `evaluate`, and the summary."""

import numpy as np
import pytest

from tests.conformance.factories import MODELS, VECTORS


@pytest.mark.parametrize("name", ["bernoulli", "ladder"])
def test_numbers_of_evaluate_have_names(name):
    model = MODELS[name]()
    model.compile("adam", run_eagerly=True)
    numbers = model.evaluate(VECTORS, verbose=0)
    named = dict(zip(model.metrics_names, numbers, strict=True))
    assert set(named) >= {"loss", "elbo", "kl_loss", "reconstruction_loss", "beta"}
    np.testing.assert_allclose(
        named["elbo"], -named["reconstruction_loss"] - named["kl_loss"], rtol=1e-5
    )
    assert named["beta"] == 1.0


@pytest.mark.parametrize("name", ["m.h5", "m.hdf5"])
def test_a_file_that_could_not_be_loaded_is_not_written(name, tmp_path):
    model = MODELS["bernoulli"].built()
    with pytest.raises(ValueError, match=r"HDF5 .* Write model.save\(\"model.keras\"\)"):
        model.save(tmp_path / name)
    assert not any(tmp_path.iterdir())


def test_summary_knows_shapes_and_counts():
    model = MODELS["mixture_prior"]()
    model.build((None, 8))
    lines = []
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)

    def row(name):
        return next(line for line in text.splitlines() if name in line)

    assert "(None, 2)" in row("(Encoder)") and "?" not in row("(Encoder)")
    assert "(None, 8)" in row("(Decoder)") and "?" not in row("(Decoder)")
    assert " 15 " in row("normal_mixture_prior")
