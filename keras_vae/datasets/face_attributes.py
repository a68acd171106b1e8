"""Faces at random, whose attributes hang together as much as one asks for."""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from keras_vae.arguments import count, is_number, whole
from keras_vae.datasets.face_pictures import HIGHEST, LOWEST, NAMES, check_size, draw_faces
from keras_vae.datasets.factors import Factors

KINDS = ("ordered", "nominal", "ordered", "ordered", "ordered", "ordered")
LEVELS = (10, 2, 10, 10, 10, 10)

Correlation = Mapping[tuple[str, str], float]


def faces(n: int, size: int = 32, seed: int = 0, correlation: Correlation | None = None) -> Factors:
    r"""Faces drawn by formula from six attributes.

    | attribute | values | what it is |
    |---|---|---|
    | mouth_curvature | −1 to 1 | corners down, corners up |
    | glasses | 0 or 1 | |
    | eye_openness | 0 to 1 | nearly closed, wide open |
    | brow_angle | −1 to 1 | inner ends down (angry), up (worried) |
    | width | 0 to 1 | of the head |
    | shade | 0 to 1 | of the skin, light to dark |

    Half of the faces have glasses; every other attribute is uniform. They are independent unless a
    correlation is asked for. It is made by a Gaussian copula: a normal vector with
    correlations ρ, of which each attribute is the distribution function, or the sign for glasses.
    The ρ behind a correlation r of the labels is

    $$\rho = 2\sin\frac{\pi r}{6},\qquad
    \rho = \sqrt2\,\sin\frac{\pi r}{2\sqrt3}\ \text{ where one of the two is glasses,}$$

    so that r reaches 1 between two uniform attributes, and $\sqrt3/2 = 0.866$ with glasses.

    Args:
        n: number of faces.
        size: 32 or 64, pixels along each side. The same face at either size.
        seed: the same seed draws the same faces.
        correlation: correlations r of the labels of all faces, such as
            `{("mouth_curvature", "glasses"): 0.7}`; of the n drawn they differ by chance, by about
            (1 − r²)/√n. Pairs that are not named have ρ = 0.

    Returns:
        A `Factors`: `values` are the attributes, `factors` the tenth of its range that each is in
        (glasses: 0 or 1), `x` ink on paper, 0 white.

    Raises:
        ValueError: if `n` or `seed` is no whole number, `size` is neither 32 nor 64, a name is
            unknown, or there are no attributes with such correlations.

    References:
        Kruskal 1958, Ordinal Measures of Association, for the first ρ.

    Examples:
        >>> made = faces(2000, seed=1, correlation={("mouth_curvature", "glasses"): 0.7})
        >>> made.x.shape
        (2000, 32, 32, 1)
        >>> print(f"{np.corrcoef(made.values[:, :2].T)[0, 1]:.1f}")
        0.7
    """
    check_size(size)
    normal = np.random.default_rng(whole("seed", seed, 0)).standard_normal((count("n", n), 6))
    normal = normal @ root_of_correlations(correlation or {}).T
    uniform = np.vectorize(NormalDist().cdf, otypes=["float64"])(normal)
    uniform[:, NAMES.index("glasses")] = normal[:, NAMES.index("glasses")] > 0
    factors = np.minimum(np.floor(uniform * LEVELS), np.array(LEVELS) - 1).astype("int64")
    values = LOWEST + np.subtract(HIGHEST, LOWEST) * uniform
    return Factors(draw_faces(values, size), factors, NAMES, LEVELS, values, KINDS)


def root_of_correlations(correlation: Any) -> np.ndarray:
    """L with LLᵀ the correlations of the normal vector behind those of the labels."""
    matrix = np.eye(len(NAMES))
    for pair, r in correlation.items():
        first, second = known(pair)
        if not is_number(r) or not abs(r) < most(first, second):
            raise ValueError(
                f"A correlation of {r!r} between {first} and {second} does not exist: it must be "
                f"between ±{most(first, second):.3f}, ends left out."
            )
        angle = np.pi * r / (12**0.5 if "glasses" in (first, second) else 6)
        rho = (2**0.5 if "glasses" in (first, second) else 2) * np.sin(angle)
        i, j = NAMES.index(first), NAMES.index(second)
        matrix[i, j] = matrix[j, i] = rho
    if np.linalg.eigvalsh(matrix)[0] <= 0.0:
        raise ValueError(
            f"No six attributes have all of these correlations at once: {dict(correlation)!r}. "
            "Two attributes that both go with a third go with each other: name this pair too, or "
            "ask for smaller correlations."
        )
    return np.linalg.cholesky(matrix)


def known(pair: Any) -> tuple[str, str]:
    """The two names of a pair."""
    if not isinstance(pair, tuple) or len(set(pair)) != 2 or not set(pair) <= set(NAMES):
        raise ValueError(
            f"`correlation` must name pairs of two attributes of {', '.join(NAMES)}, such as "
            f'{{("mouth_curvature", "glasses"): 0.7}}; received the pair {pair!r}.'
        )
    return pair


def most(first: str, second: str) -> float:
    """The largest correlation that a copula gives two attributes."""
    return 3**0.5 / 2 if "glasses" in (first, second) else 1.0
