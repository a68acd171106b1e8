"""Files as an older version wrote them: ``python -m tests.saved.write``, once per backend.

Those in this folder were written at 06522c5. They are never written again: the tests hold that
what people have saved goes on loading, gives the same outputs, and goes on training.
"""

from pathlib import Path
from unittest import mock

import keras
import numpy as np

from keras_vae import Autoencoder
from tests.backends.crossing import flat
from tests.conformance.factories import BATCH, MODELS, VECTORS, Factory
from tests.oracles.noise import waves

FOLDER = Path(__file__).parent
NAMES = (
    "convolutional",
    "free_bits",
    "full_posterior",
    "missing_values",
    "mixture_prior",
    "normal_optimal",
    "several_draws",
)


def autoencoder():
    bodies = keras.layers.Dense(3, "tanh"), keras.layers.Dense(8)
    return Autoencoder(*bodies, corruption=keras.layers.GaussianNoise(0.1, seed=1))


FACTORIES = {
    **{name: MODELS[name] for name in NAMES},
    "autoencoder": Factory(autoencoder, VECTORS, variational=False),
}


def outputs(model, x):
    """What a model says without noise of its own."""
    with mock.patch("keras.random.normal", waves):
        evaluated = model.evaluate(x, batch_size=len(x), verbose=0, return_dict=True)
    return flat({"encode": model.encode(x), "reconstruct": model.reconstruct(x), "logs": evaluated})


def write():
    for name, factory in FACTORIES.items():
        keras.utils.set_random_seed(1)
        model = factory.built()
        model.compile(keras.optimizers.Adam(0.01))
        model.fit(factory.x, batch_size=BATCH, epochs=2, verbose=0)
        model.save(FOLDER / f"{name}-{keras.config.backend()}.keras")
        np.savez_compressed(
            FOLDER / f"{name}-{keras.config.backend()}.npz", **outputs(model, factory.x)
        )


if __name__ == "__main__":
    write()
