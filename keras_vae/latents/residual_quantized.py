"""Several codes in each place, each for what those before it have left."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import yes_or_no
from keras_vae.keras_compat import register
from keras_vae.latents.codebook import Codebook
from keras_vae.latents.vector_quantized import VectorQuantized
from keras_vae.tensors import Tensor


@register
class ResidualQuantized(VectorQuantized):
    r"""A stack of codebooks: each stage gives a code to what the stages before it have left.

    $$r_0 = h,\qquad z_m = \arg\min_k\lVert r_{m-1} - e^m_k\rVert^2,\qquad
    r_m = r_{m-1} - \mathrm{sg}(e^m_{z_m}),\qquad \tilde q = \sum_{m=1}^M e^m_{z_m}$$

    Codes have the shape (*grid, M). Under the uniform prior they cost $NM\log K$ nats, so that M
    stages of K codes are as good as one codebook of $K^M$. The decoder sees the sum, and its
    gradient goes straight through to $h$. Each stage has the commitment
    $\beta_c\lVert r_{m-1} - \mathrm{sg}(e^m_{z_m})\rVert^2$, and a codebook that moves as that of
    `VectorQuantized`; a shared one moves once a step, by the features of all stages.

    `decode` takes codes of the first stages alone, with `-1` in place of the rest. The logs are
    those of `VectorQuantized`; the entropy behind the `perplexity`, and the `usage`, are means over
    the stages.

    Args:
        num_codes: number K of vectors of each stage.
        code_dim: their length.
        stages: number M of stages.
        shared: whether all stages have one codebook.
        **kwargs: passed to `VectorQuantized`; vectors of length 1 (`normalize`) have no sum of
            length 1 and are refused.

    Raises:
        ValueError: where a number is out of range, or the features have another length.

    References:
        Zeghidour et al. 2021, SoundStream, section III-C; Lee et al. 2022, Autoregressive Image
        Generation using Residual Quantization, section 3.1 (shared codebook).

    Examples:
        >>> import keras, numpy as np, keras_vae
        >>> decoder = keras_vae.Decoder((8, 4), body=keras.layers.Dense(4))
        >>> latents = ResidualQuantized(16, 4, stages=3, seed=0)
        >>> vae = keras_vae.VAE(keras.layers.Dense(4), decoder, latents=latents)
        >>> vae.build((None, 8, 4))
        >>> vae.encode(np.ones((5, 8, 4))).shape
        (5, 8, 3)
    """

    def __init__(
        self, num_codes: int, code_dim: int, stages: int, shared: bool = False, **kwargs: Any
    ) -> None:
        if kwargs.get("normalize"):
            raise ValueError(
                "normalize=True makes vectors of length 1, and a sum of them has another length. "
                "Leave it out, or use latents.VectorQuantized."
            )
        self.shared = yes_or_no("shared", shared)
        super().__init__(num_codes, code_dim, stages=stages, **kwargs)

    def new_books(self) -> list[Codebook]:
        settings = self.book_settings
        if self.shared:
            return [Codebook(**settings, name="codebook")]
        seed, stages = settings["seed"], range(self.stages or 1)
        seeds = [None if seed is None else seed + stage for stage in stages]
        return [
            Codebook(**{**settings, "seed": seeds[stage]}, name=f"codebook_{stage + 1}")
            for stage in stages
        ]

    def vectors(self, z: Tensor) -> Tensor:
        total = 0.0
        for book, codes in zip(self.in_turn(), self.per_stage(z), strict=True):
            vectors = book.take(ops.maximum(codes, 0))
            total = total + ops.where(codes[..., None] < 0, 0.0, vectors)
        return total

    def check(self, name: str, z: np.ndarray) -> None:
        if z.shape[1:] == self.code_shape and np.issubdtype(z.dtype, np.signedinteger):
            left_out = np.cumprod(z[..., :0:-1] == -1, axis=-1)[..., ::-1]
            z = np.concatenate([z[..., :1], np.where(left_out, 0, z[..., 1:])], axis=-1)
        super().check(name, z)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "stages": self.stages, "shared": self.shared}
