"""What each group of latent variables costs, where there are several."""

from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.batches import run_in_batches
from keras_vae.estimators.program import NoisyProgram
from keras_vae.tensors import Seed, Tensor, as_generator

Cost = Literal["kl", "kl_per_dimension"]


class GroupCosts(NoisyProgram):
    """A cost of each group of latent variables, run by `predict`; nothing is decoded.

    Args:
        vae: the model.
        cost: which attribute of a `keras_vae.latents.Group`.
        num_samples: draws of z per example.
    """

    def __init__(self, vae: Any, cost: Cost, num_samples: int) -> None:
        super().__init__(vae)
        self.cost, self.num_samples = cost, num_samples

    def call(self, x: Tensor) -> dict[str, Tensor]:
        terms = self.vae.terms(x, self.vae.infer(x, self.num_samples, self.noise))
        return {name: getattr(group, self.cost) for name, group in terms.groups.items()}


def group_costs(
    vae: Any, x: Any, cost: Cost, num_samples: int, seed: Seed, batch_size: int
) -> dict[str, np.ndarray]:
    """A cost of each group, averaged over the data and over draws of the groups above; nats."""
    count("num_samples", num_samples)
    x, _ = vae.examples(x, scored=False)
    for group in groups_at_the_mean(vae, x).values():
        getattr(group, cost)  # where there is none, its sentence comes without a trace of Keras
    measure = vae.program(GroupCosts, cost, num_samples)
    found = measure.drawn(as_generator(seed), run_in_batches, measure, x, batch_size)
    return {name: ops.convert_to_numpy(nats).mean(0, "float64") for name, nats in found.items()}


def groups_at_the_mean(vae: Any, x: Any) -> dict[str, Any]:
    """The groups of latent variables of the first example, each at the mean of those above it."""
    first = keras.tree.map_structure(lambda array: ops.convert_to_tensor(array[:1]), x)
    groups: dict[str, Any] = vae.terms(first, vae.infer(first, None)).groups
    return groups
