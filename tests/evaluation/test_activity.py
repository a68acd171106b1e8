"""Which units are used where there are several groups of latent variables."""

import numpy as np
import pytest

from keras_vae.evaluation import active_units, aggregate_kl, code_moments
from keras_vae.latents import VectorQuantized
from tests.conformance.factories import MODELS, VECTORS, several_groups


def test_active_units_of_each_group():
    """The means of the bottom group vary with x; those of a top that has no word stand still."""
    vae = MODELS["ladder"].built()
    silent = vae.latents.words[-1]
    silent.set_weights([np.zeros_like(weight) for weight in silent.get_weights()])
    found = active_units(vae, VECTORS, threshold=1e-6)
    assert {name: len(group) for name, group in found.items()} == {"z_1": 3, "z_2": 2, "z_3": 1}
    assert found["z_1"].all() and found["z_2"].all() and not found["z_3"].any()


@pytest.mark.parametrize("measure", [code_moments, aggregate_kl])
def test_what_needs_one_posterior_says_so(measure):
    with pytest.raises(NotImplementedError, match="needs one group of latent var"):
        measure(MODELS["ladder"].built(), VECTORS)


def test_codes_have_no_variance():
    vae = several_groups(VectorQuantized(6, 5))
    vae.build((None, 8))
    with pytest.raises(NotImplementedError, match="VectorQuantized are names, and have no var"):
        active_units(vae, VECTORS)
