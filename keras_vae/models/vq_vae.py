"""A VQ-VAE, ready made."""

from typing import Any

from keras_vae.arguments import Shape, positive_integers
from keras_vae.bodies import ResidualConvBody, ResidualTransposeBody
from keras_vae.bodies.convolutional import AXES
from keras_vae.heads import Head
from keras_vae.latents import VectorQuantized
from keras_vae.models.vae import VAE
from keras_vae.networks import Decoder


def VQVAE(  # noqa: N802 - a constructor
    shape: Shape,
    num_codes: int = 512,
    code_dim: int = 64,
    hidden_units: Shape = (32, 64),
    seed: int | None = None,
    *,
    head: str | Head = "bernoulli",
    blocks: int = 2,
    condition_shape: int | Shape | None = None,
    **quantizer: Any,
) -> VAE:
    r"""A `VAE` with residual convolutional bodies and `latents.VectorQuantized` between them.

    $$\log p(x) \ge \log p(x\mid z) + \log p(z),\qquad z = z(x)\text{ a grid of codes}$$

    nats, with $\log p(z) = -N\log K$ until `fit_prior` learns a prior. `encode` gives integers,
    and `decode` takes them.

    Args:
        shape: shape of one example, channels last: a sequence, an image or a volume. Each axis must
            be divisible by 2 for each of `hidden_units`; of the default a grid of a quarter.
        num_codes: number K of codes.
        code_dim: length of their vectors.
        hidden_units: channels of the strided convolutions.
        seed: integer for noise and codebook.
        head: the likelihood, as for `keras_vae.Decoder`.
        blocks: number of residual blocks of each body.
        condition_shape: shape of the condition of one example (see `VAE`).
        **quantizer: passed to `keras_vae.latents.VectorQuantized`, such as `decay=0.99`.

    Returns:
        A `VAE`.

    Raises:
        ValueError: where a number is out of range, or an axis cannot be halved.

    References:
        van den Oord, Vinyals & Kavukcuoglu 2017, Neural Discrete Representation Learning.

    Examples:
        >>> import numpy as np
        >>> vae = VQVAE((8, 8, 1), num_codes=16, code_dim=4, hidden_units=(8, 8), seed=0)
        >>> vae.build((None, 8, 8, 1))
        >>> codes = vae.encode(np.ones((5, 8, 8, 1)))
        >>> codes.shape, codes.dtype.name
        ((5, 2, 2), 'int32')
        >>> vae.decode(codes).shape
        (5, 8, 8, 1)
    """
    *axes, _ = shape = positive_integers("shape", shape)
    units = positive_integers("hidden_units", hidden_units)
    if not 1 <= len(axes) <= 3:
        raise ValueError(f"`shape` must be one of {', '.join(AXES)}; received shape={shape}.")
    if any(size % 2 ** len(units) for size in axes):
        raise ValueError(
            f"{len(units)} convolutions halve an example {len(units)} times, so each axis must be "
            f"divisible by {2 ** len(units)}; received shape={shape}. Use fewer hidden_units, or "
            "pad the examples."
        )
    rank = len(axes)
    return VAE(
        ResidualConvBody(units, code_dim, blocks, rank),
        Decoder(shape, body=ResidualTransposeBody(units, None, blocks, rank), head=head),
        latents=VectorQuantized(num_codes, code_dim, seed=seed, **quantizer),
        seed=seed,
        condition_shape=condition_shape,
    )
