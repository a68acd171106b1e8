"""Discrete latent variables on a grid: integers, a prior over them, and how many are in use."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import positive_integers
from keras_vae.data import check_shape
from keras_vae.distributions import Point
from keras_vae.keras_compat import replacing
from keras_vae.latents.code_use import CodeUse
from keras_vae.latents.group import Group
from keras_vae.latents.latents import Drawn, Draws, Latents
from keras_vae.priors import AutoregressivePrior
from keras_vae.tensors import Seed, Tensor

COUNTED = 2**20
"""Codes up to which each is counted for the logs."""

VECTORS = "the vectors of codes, which are `vae.latents.vectors(codes)`,"


class Codes(Latents, keras.layers.Layer):
    r"""Base of discrete latent variables: integers $z$ in each place of a grid, below K.

    The posterior is a point, so that the KL divergence is the code length $-\log p(z)$, and the
    ELBO needs no sampling. The prior is uniform until `prior` is set: N codes cost $N\log K$ nats.

    Logs: `code_length` in nats; `perplexity` and `usage` of the codes of an epoch (see `CodeUse`),
    where there are at most $2^{20}$ codes.

    A subclass sets `shape` and `code_shape` in `build`, and writes `infer` and `vectors`.

    Args:
        num_codes: number K of codes.
        stages: how many codes stand in each place, on the last axis; None is one, without an axis.
        prior: a `keras_vae.priors.AutoregressivePrior`, which `vae.fit_prior` puts here; None is
            uniform.
        **kwargs: passed to `keras.layers.Layer`.

    Attributes:
        code_shape: shape of the codes of one example; () while it is not known.

    Raises:
        ValueError: where a number is out of range.
    """

    measures: tuple[str, ...] = ("code_length",)
    point = True
    seen = VECTORS
    code_shape: tuple[int, ...] = ()
    code_dim: int
    """Length of a feature, and of the vector in its place."""

    def __init__(
        self, num_codes: int, stages: int | None = None, prior: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        (self.num_codes,) = positive_integers("num_codes", num_codes)
        if stages is not None:
            (stages,) = positive_integers("stages", stages)
        self.stages, self.prior = stages, prior
        self.use = CodeUse(num_codes, stages) if num_codes <= COUNTED else None

    def vectors(self, z: Tensor) -> Tensor:
        """The vectors that the decoder sees in the places of codes."""
        raise NotImplementedError

    @property
    def written(self) -> bool:
        return isinstance(self.prior, AutoregressivePrior)

    def ready(self, prior: Any, condition_shape: tuple[int, ...] | None) -> dict[str, Any]:
        if not isinstance(prior, AutoregressivePrior):
            raise TypeError(
                f"The latent variables of this model are codes; received a {type(prior).__name__}. "
                "Take keras_vae.priors.PixelCNN() or keras_vae.priors.CausalTransformer()."
            )
        return {"z": prior.for_codes(self.code_shape, self.num_codes, condition_shape)}

    def take_prior(self, priors: dict[str, Any]) -> None:
        with replacing(self, "prior"):
            self.prior = priors["z"]

    def told(self, draws: Draws) -> dict[str, Tensor]:
        return {"z": draws["z"]["z"][0]}

    def drawn(self, told: dict[str, Tensor], seed: Seed, condition: Tensor | None) -> Drawn:
        return {"z": (told["z"], condition)}

    def log_prior(
        self, z: Tensor, condition: Tensor | None = None, training: bool = False
    ) -> Tensor:
        """Log p of codes of shape (S, B, *code_shape), of shape (S, B)."""
        if self.prior is not None:
            return self.prior.log_prob(z, condition, training)
        nats = math.prod(self.code_shape) * math.log(self.num_codes)
        return ops.full(ops.shape(z)[:2], -nats, dtype=keras.config.floatx())

    def group(self, name: str, draws: Draws) -> Group:
        z, log_prior = draws[name]["z"], draws[name]["log_prior"]
        point = Point(z[0], event_ndim=len(self.code_shape))
        return Group(point, None, z, ops.zeros_like(log_prior), log_prior)

    def decoder_input(self, draws: Draws) -> Tensor:
        return self.vectors(draws["z"]["z"])

    def generate(
        self,
        num_samples: int,
        seed: Seed = None,
        condition: Tensor | None = None,
        temperature: float = 1.0,
    ) -> Tensor:
        if self.prior is not None:
            return self.vectors(self.prior.sample(num_samples, seed, condition, temperature))
        shape = (num_samples, *self.code_shape)
        return self.vectors(keras.random.randint(shape, 0, self.num_codes, seed=seed))

    def measure(self, draws: Draws) -> dict[str, Tensor]:
        return {"code_length": -ops.mean(draws["z"]["log_prior"], axis=0)}

    def observe(self, draws: Draws, sample_weight: Tensor | None) -> None:
        if self.use is not None:
            z = draws["z"]["z"]
            if sample_weight is not None:
                sample_weight = ops.tile(sample_weight, ops.shape(z)[:1])
            self.use.update_state(ops.reshape(z, (-1, *self.code_shape)), sample_weight)

    def check(self, name: str, z: np.ndarray) -> None:
        if not self.built:
            raise ValueError(
                "These codes have no vectors before the model has been built. Train it, or write "
                "vae.build((None, ...)) with the shape of one example."
            )
        check_shape("z", z, self.code_shape, "the latents take codes")
        if not np.issubdtype(z.dtype, np.integer):
            raise ValueError(
                f"z holds numbers of type {z.dtype}; expected codes as `encode` returns them, "
                f"integers from 0 to {self.num_codes - 1}."
            )
        low, high = int(z.min()), int(z.max())
        if low < 0 or high >= self.num_codes:
            raise ValueError(
                f"z holds codes from {low} to {high}; expected codes from 0 to "
                f"{self.num_codes - 1}, of which there are num_codes={self.num_codes}."
            )

    def get_config(self) -> dict[str, Any]:
        own = {
            "num_codes": self.num_codes,
            "prior": keras.saving.serialize_keras_object(self.prior),
        }
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "Codes":
        prior = keras.saving.deserialize_keras_object(config["prior"], custom_objects)
        return cls(**{**config, "prior": prior})
