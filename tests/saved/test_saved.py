"""Files that people have kept go on loading, say the same, and go on training."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.backends.crossing import arrays
from tests.conformance.factories import BATCH
from tests.saved.write import FACTORIES, FOLDER, outputs

WRITERS = ("tensorflow", "jax", "torch")


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", FACTORIES)
def test_an_old_file(name, writer):
    x, expected = FACTORIES[name].x, arrays(FOLDER / f"{name}-{writer}.npz")
    model = keras.saving.load_model(FOLDER / f"{name}-{writer}.keras")
    model.run_eagerly = True
    found = outputs(model, x)
    assert found.keys() == expected.keys()
    for key, value in found.items():
        assert_allclose(value, expected[key], rtol=2e-5, atol=1e-5, err_msg=key)
    before = [keras.ops.convert_to_numpy(w) for w in model.trainable_variables]
    steps = int(keras.ops.convert_to_numpy(model.optimizer.iterations))
    logs = model.fit(x, batch_size=BATCH, verbose=0).history
    assert int(keras.ops.convert_to_numpy(model.optimizer.iterations)) == steps + 3
    assert np.isfinite(logs["loss"][0])
    for old, new in zip(before, model.trainable_variables, strict=True):
        assert np.abs(old - keras.ops.convert_to_numpy(new)).max() > 1e-6, new.path


def test_a_compiled_file_of_another_backend_trains_compiled():
    """The optimizer is the one of this backend, and so is what `jit_compile` means."""
    for writer in WRITERS:
        model = keras.saving.load_model(FOLDER / f"normal_optimal-{writer}.keras")
        assert type(model.optimizer) is type(keras.optimizers.Adam())
        assert np.isfinite(model.fit(FACTORIES["normal_optimal"].x, verbose=0).history["loss"][0])


@pytest.mark.parametrize("writer", WRITERS)
def test_two_stochastic_layers_say_what_replaces_them(writer):
    with pytest.raises(Exception, match=r"ChainHead is gone: .*latents\.BottomUp"):
        keras.saving.load_model(FOLDER / f"two_layers-{writer}.keras")


@pytest.mark.parametrize(
    ("module", "name"),
    [("distributions", "Chain"), ("layers", "ChainHead"), ("layers", "ChainPrior")],
)
def test_names_that_are_gone_say_what_replaces_them(module, name):
    with pytest.raises(ImportError, match=f"{name} is gone: .*latents.BottomUp"):
        exec(f"from keras_vae.{module} import {name}")
    with pytest.raises(ImportError, match="cannot import name 'Chian'"):
        exec(f"from keras_vae.{module} import Chian")
