"""Ways from one code to another, and how long they are for the decoder."""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_vae.arguments import count
from keras_vae.latent_space.codes import as_codes

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE

KINDS = ("linear", "spherical")
STRAIGHT = 1e-6  # a sine below which two directions count as one, or as opposite


def interpolate(a: Any, b: Any, steps: int = 10, kind: str = "linear") -> np.ndarray:
    r"""Codes on the way from a to b, ends included.

    At shares t from 0 to 1, the linear way is $(1-t)\,a + t\,b$, and the spherical one

    $$\frac{\sin((1-t)\,\omega)}{\sin\omega}\,a + \frac{\sin(t\,\omega)}{\sin\omega}\,b,\qquad
    \cos\omega = \frac{a^\top b}{\lVert a\rVert\,\lVert b\rVert}$$

    Draws from a standard normal in d dimensions have lengths near √d, and so have all codes on the
    spherical way between two of them. The middle of the linear way is shorter by about √2: few
    draws are there. Where ω is 0 the two ways are one.

    Args:
        a: a code, of shape (latent_dim,).
        b: a code, of the same shape.
        steps: number of codes, both ends among them.
        kind: "linear" or "spherical".

    Returns:
        Codes, float32 of shape (steps, latent_dim).

    Raises:
        ValueError: if shapes differ, `steps` is less than 2, the kind is unknown, or a spherical
            way does not exist: between opposite codes (ω = π) there are many, and from 0 none.

    References:
        Shoemake 1985, Animating Rotation with Quaternion Curves. White 2016, Sampling Generative
        Networks.

    Examples:
        >>> interpolate([1.0, 0.0], [0.0, 1.0], steps=3).tolist()
        [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]
        >>> print(interpolate([1.0, 0.0], [0.0, 1.0], steps=3, kind="spherical").round(3)[1])
        [0.707 0.707]
    """
    a, b = as_codes("a", a, rank=1), as_codes("b", b, rank=1)
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape} and b {b.shape}; expected codes of one model.")
    t = np.linspace(0.0, 1.0, count("steps", steps, least=2))[:, None]
    if kind == "linear":
        return ((1 - t) * a + t * b).astype("float32")
    if kind != "spherical":
        raise ValueError(f"kind={kind!r} must be one of {', '.join(map(repr, KINDS))}.")
    angle = angle_between(a, b)
    if np.sin(angle) < STRAIGHT:
        if angle > np.pi / 2:
            raise ValueError(
                "a and b are opposite (the angle between them is π), and every great circle "
                'through them is a spherical way: write kind="linear", or go by a third code.'
            )
        return ((1 - t) * a + t * b).astype("float32")
    way = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return way.astype("float32")


def angle_between(a: np.ndarray, b: np.ndarray) -> float:
    """The angle of two codes, exact near 0 and π too, where a cosine is not."""
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    if min(lengths) == 0.0:
        raise ValueError('A code of zeros has no angle to another: write kind="linear".')
    a, b = a / lengths[0], b / lengths[1]
    return float(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b)))


def path_length(vae: "VAE", codes: Any, condition: Any = None, batch_size: int = 1024) -> float:
    r"""How far the decoded picture moves along a way of codes.

    $$L = \sum_{i=1}^{n-1} \lVert g(z_{i+1}) - g(z_i) \rVert_2$$

    g is the mean of p(x|z). With more steps L grows towards the length of the curve under the
    metric that the decoder pulls back, $\int \lVert J_g(z(t))\, \dot z(t) \rVert\,dt$; the
    shortest curve is the geodesic. Of two ways the shorter one changes less that need not change.

    Args:
        vae: a trained model.
        codes: codes in their order, of shape (n, latent_dim), as `interpolate` returns them.
        condition: what every picture is given, of shape (k,), for a model with `condition_shape`.
        batch_size: codes to decode at a time.

    Returns:
        The length, in units of x.

    Raises:
        ValueError: if the codes have not the shape that the model takes.

    References:
        Arvanitidis, Hansen & Hauberg 2018, Latent Space Oddity.

    Examples:
        A decoder that doubles its code:

        >>> from types import SimpleNamespace
        >>> double = SimpleNamespace(decode=lambda z, batch_size: 2.0 * z)
        >>> print(f"{path_length(double, interpolate([0.0, 0.0], [3.0, 4.0])):.4f}")
        10.0000
    """
    codes = as_codes("codes", codes)
    x = decoded(vae, codes, for_all(condition, codes), batch_size).reshape((len(codes), -1))
    return float(np.linalg.norm(np.diff(x, axis=0), axis=1).sum())


def decoded(vae: "VAE", codes: np.ndarray, condition: Any, batch_size: int) -> np.ndarray:
    """Pictures of codes, under a condition for each, as float64."""
    given = {} if condition is None else {"condition": condition}
    x = vae.decode(codes.astype("float32"), batch_size=batch_size, **given)
    return np.asarray(x, "float64")


def for_all(condition: Any, codes: np.ndarray) -> Any:
    """One condition, repeated for each of the codes."""
    if condition is None:
        return None
    return np.broadcast_to(condition, (len(codes), *np.shape(condition)))
