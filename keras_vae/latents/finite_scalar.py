"""Codes without a codebook: each channel of the features is rounded to a few levels."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import LONGEST, is_several
from keras_vae.keras_compat import register
from keras_vae.latents.codes import Codes
from keras_vae.latents.latents import Draws
from keras_vae.latents.straight_through import straight_through
from keras_vae.tensors import Seed, Tensor, as_float


@register
class FiniteScalar(Codes):
    r"""Finite scalar quantization: channel j of each feature takes one of $L_j$ levels.

    $$d_j = \Big\lfloor (L_j-1)\frac{\tanh h_j + 1}2 + \frac12\Big\rfloor\in\{0,\dots,L_j-1\},\qquad
    \tilde q_j = \frac{2 d_j}{L_j - 1} - 1,\qquad z = \sum_j d_j\prod_{i<j} L_i$$

    The levels are evenly spaced in [−1, 1] and symmetric about 0, for odd and even $L_j$ alike. For
    odd ones that is the paper's rounding; its even levels have a mean off zero, and its two
    levels are hardly ever both in use. The decoder sees $\tilde q$, whose gradient is handed to
    $\tanh h$ as it is. There are $K = \prod_j L_j$ codes and no codebook. No code can die, so
    there is neither a commitment nor a restart. Under the uniform prior N positions cost
    $N\log K$ nats.

    A channel can leave the range of its levels early in training, when all features are pushed
    one way. The gradient of tanh, which is the paper's, does not bring it back: it is
    $1.8\cdot10^{-4}$ at $h = 5$. So by default all of the gradient passes where a step against it
    leads towards 0, and that of tanh where it leads away.

    Args:
        levels: the number of levels of each channel, at least 2, such as (8, 6, 5); the features
            have as many channels.
        gradient: `"inward"`, or `"tanh"` for that of tanh everywhere.
        **kwargs: passed to `Codes`.

    Raises:
        ValueError: where a number is out of range, there are more than $2^{31}-1$ codes, or the
            features have another number of channels.

    References:
        Mentzer et al. 2023, Finite Scalar Quantization: VQ-VAE Made Simple, section 3.1.

    Examples:
        >>> latents = FiniteScalar((3, 2))
        >>> latents.build((None, 4, 2))
        >>> for vector in latents.vectors(ops.arange(6)):
        ...     print(*(f"{float(level):4.1f}" for level in vector))
        -1.0 -1.0
         0.0 -1.0
         1.0 -1.0
        -1.0  1.0
         0.0  1.0
         1.0  1.0
    """

    def __init__(self, levels: tuple[int, ...], gradient: str = "inward", **kwargs: Any) -> None:
        numbers = tuple(levels) if is_several(levels) else ()
        whole = all(isinstance(level, int | np.integer) and level >= 2 for level in numbers)
        if not numbers or not whole:
            raise ValueError(
                "`levels` must be the number of levels of each channel, integers of at least 2, "
                f"such as (8, 6, 5); received levels={levels!r}."
            )
        self.levels = tuple(int(level) for level in numbers)
        self.code_dim = len(self.levels)
        num_codes = math.prod(self.levels)
        if num_codes > LONGEST:
            raise ValueError(
                f"levels={levels!r} make {num_codes} codes, and a code is an integer of 32 bits: "
                f"at most {LONGEST}. Take fewer channels or levels."
            )
        super().__init__(num_codes, **kwargs)
        if gradient not in BOUNDS:
            raise ValueError(f"gradient={gradient!r} must be 'inward' or 'tanh'.")
        self.gradient = gradient

    def build(self, input_shape: Any) -> None:
        *grid, channels = tuple(input_shape)[1:]
        if channels != len(self.levels):
            raise ValueError(
                f"levels={self.levels} quantize {len(self.levels)} channels, and the features have "
                f"shape {tuple(input_shape)[1:]}, the last axis being their channels. Let the body "
                f"end in {len(self.levels)} channels, or give {channels} levels."
            )
        self.code_shape, self.shape = tuple(grid), (*grid, channels)

    def infer(
        self,
        features: Tensor,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        bounded = BOUNDS[self.gradient](as_float(features))
        steps = ops.convert_to_tensor([level - 1.0 for level in self.levels], bounded.dtype)
        digits = ops.floor(steps * (ops.stop_gradient(bounded) + 1.0) / 2.0 + 0.5)
        places = ops.convert_to_tensor(self.places, "int32")
        # Integers: floats would run together beyond 2²⁴.
        z = ops.cast(ops.sum(ops.cast(digits, "int32") * places, axis=-1), "int32")[None]
        return {
            "z": {
                "z": z,
                "log_prior": self.log_prior(z, condition, training),
                "bounded": bounded[None],
            }
        }

    @property
    def places(self) -> list[int]:
        """What one level more adds to the code, for each channel."""
        return [math.prod(self.levels[:channel]) for channel in range(len(self.levels))]

    def vectors(self, z: Tensor) -> Tensor:
        places, levels = (ops.convert_to_tensor(n, "int32") for n in (self.places, self.levels))
        digits = as_float(ops.cast(z, "int32")[..., None] // places % levels)
        return 2.0 * digits / as_float(levels - 1) - 1.0

    def decoder_input(self, draws: Draws) -> Tensor:
        bounded, vectors = draws["z"].get("bounded"), super().decoder_input(draws)
        return vectors if bounded is None else straight_through(bounded, vectors)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["num_codes"]
        return {**config, "levels": self.levels, "gradient": self.gradient}


@ops.custom_gradient
def inward(features: Tensor) -> Any:
    """Tanh, with a gradient of 1 in place of its own where descent leads towards 0."""
    bounded = ops.tanh(features)

    def grad(*given: Tensor, upstream: Tensor | None = None) -> Tensor:
        (upstream,) = given if upstream is None else (upstream,)
        slope = ops.where(upstream * features < 0.0, 1.0 - ops.square(bounded), 1.0)
        return upstream * slope

    return bounded, grad


BOUNDS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": ops.tanh, "inward": inward}
