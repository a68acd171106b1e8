"""Pictures by analogy: a is to b as c is to what?"""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_vae.latent_space.codes import as_codes

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


def analogy(
    vae: "VAE", a: Any, b: Any, c: Any, amount: float = 1.0, batch_size: int = 1024
) -> np.ndarray:
    r"""Pictures that are to c what b is to a.

    $$g\big(z_c + \text{amount}\cdot(\bar z_b - \bar z_a)\big)$$

    z are posterior means, and the bar is a mean over the pictures of one kind: one pair says what
    is particular to it, several pairs say what they share.

    Args:
        vae: a trained model.
        a: pictures of one kind, of shape (n, ...).
        b: the same of the other kind, of shape (m, ...).
        c: pictures to change, of shape (k, ...).
        amount: how far to go.
        batch_size: pictures at a time.

    Returns:
        Decoded pictures, of shape (k, ...).

    Raises:
        ValueError: if the model has several groups of latent variables, or codes.

    References:
        Reed, Zhang, Zhang & Lee 2015, Deep Visual Analogy-Making.

    Examples:
        >>> from types import SimpleNamespace
        >>> same = SimpleNamespace(
        ...     encode=lambda x, batch_size: np.array(x), decode=lambda z, batch_size: z
        ... )
        >>> analogy(same, [[0.0, 1.0]], [[2.0, 1.0]], [[0.0, 5.0]]).tolist()
        [[2.0, 5.0]]
    """
    from_a, to_b, start = (
        as_codes(f"the code of {name}", vae.encode(x, batch_size=batch_size))
        for name, x in (("a", a), ("b", b), ("c", c))
    )
    moved = start + amount * (to_b.mean(axis=0) - from_a.mean(axis=0))
    return vae.decode(moved.astype("float32"), batch_size=batch_size)
