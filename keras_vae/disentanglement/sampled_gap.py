"""The mutual information gap of sampled codes, whose densities are known."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_vae.arguments import count, whole
from keras_vae.disentanglement.factors import Known, as_codes, as_factors
from keras_vae.disentanglement.information import entropies
from keras_vae.disentanglement.scores import Score, bootstrap, gap

BLOCK = 2**20
"""Pairs of a draw and an example that are held at a time."""


def mutual_information_gap_sampled(
    loc: Any,
    scale: Any,
    factors: Any,
    num_samples: int = 1,
    *,
    resamples: int = 100,
    seed: int = 0,
) -> Score:
    r"""By how much one code says more of a factor than the next one does, z drawn from q(z|x).

    $$\mathrm{MIG}=\frac1F\sum_j\frac{I_{(1)j}-I_{(2)j}}{H(v_j)},\qquad
    I_{ij}=H(z_i)-\sum_v\tfrac{n_v}n H(z_i\mid v_j=v)$$

    $$H(z_i)=-\operatorname*{mean}_s\log\tfrac1n\sum_m q(z_i^s\mid x_m)$$

    and the conditional entropy by the same mean over the examples with that value. The posteriors
    are normal, the densities exact, and every example is drawn from `num_samples` times. On a full
    grid $n_v/n=1/V$ and $H(v_j)=\log V_j$, as it is written; a negative $I_{ij}$ counts as 0.
    `mutual_information_gap` is another number: it does not see the noise of the code, which lowers
    this one, and it takes away what chance shows, which this one does not: codes equal to factors
    with V values score 1 on a full grid, and less by about (V − 1)²/(2n log V) for factors drawn at
    random. Papers leave the shape out of dSprites; that is left to the caller.

    Work grows with D·n²·`num_samples`, memory does not.

    **What it cannot see:** that a code is noise, where posteriors are narrow beside the distance of
    the means: each draw then names its example, and $I_{ij}=H(v_j)$ for every code. And what the
    histogram does not see either.

    Args:
        loc: means of q(z|x), of shape (n, D).
        scale: its standard deviations, of shape (n, D).
        factors: integers of shape (n, F), or a `datasets.Factors`.
        num_samples: draws of z per example.
        resamples: samples of the bootstrap, over examples with their draws; the mixtures stay.
        seed: of the draws and the bootstrap.

    Returns:
        A `Score`, with `information` (D, F) and `entropies` (F,) in nats, `examples`,
        `num_samples` and the number of `active` codes, whose mean varies, in its details.

    Raises:
        ValueError: if shapes do not agree, a scale is not above 0, or a factor is constant.

    References:
        Chen et al. 2018, Isolating Sources of Disentanglement, section 4.

    Examples:
        >>> factors = np.indices((2, 2)).reshape(2, -1).T.repeat(5, axis=0)
        >>> narrow = np.full(factors.shape, 0.01)
        >>> print(f"{mutual_information_gap_sampled(factors, narrow, factors).value:.4f}")
        1.0000
    """
    loc = as_codes(loc, "loc")
    scale = np.asarray(scale, "float64")
    if scale.shape != loc.shape or not (np.isfinite(scale).all() and np.all(scale > 0.0)):
        raise ValueError(
            f"`scale` came with shape {scale.shape}, least value {scale.min(initial=np.inf):.3g}; "
            f"expected the standard deviations of q(z|x), above 0 and of shape {loc.shape}, as "
            "`loc` has it. Of a log-variance they are np.exp(0.5 * log_variance)."
        )
    known = as_factors(factors, len(loc))
    num_samples = count("num_samples", num_samples)
    random = np.random.default_rng([whole("seed", seed, 0), 1])
    said = np.zeros((*loc.shape, len(known.sizes)))
    for _ in range(num_samples):
        draws = loc + scale * random.normal(size=loc.shape)
        for i in range(loc.shape[1]):
            for rows, nats in log_ratios(draws[:, i], loc[:, i], scale[:, i], known):
                said[rows, i] += nats / num_samples

    def score(weights: np.ndarray) -> float:
        of_all = np.maximum(0.0, np.tensordot(weights / weights.sum(), said, 1))
        of_factors, gaps = entropies(known, weights), gap(of_all)
        return float(np.mean(np.divide(gaps, of_factors, np.zeros_like(gaps), where=gaps > 0.0)))

    value, error = bootstrap(score, len(loc), resamples, seed)
    return Score(
        float(value),
        float(error),
        {
            "information": np.maximum(0.0, said.mean(axis=0)),
            "entropies": entropies(known, np.ones(len(loc))),
            "examples": len(loc),
            "num_samples": num_samples,
            "active": int(loc.any(axis=0).sum()),
        },
    )


def log_ratios(
    draws: np.ndarray, loc: np.ndarray, scale: np.ndarray, known: Known
) -> Iterator[tuple[slice, np.ndarray]]:
    r"""$\log q(z\mid v_j)-\log q(z)$ of each draw, of shape (rows, F), some rows at a time."""
    members = [
        (np.arange(size)[:, None] == known.levels[:, j]).T.astype("float64")
        for j, size in enumerate(known.sizes)
    ]
    for start in range(0, len(draws), max(1, BLOCK // len(loc))):
        rows = slice(start, start + max(1, BLOCK // len(loc)))
        nats = -0.5 * ((draws[rows, None] - loc) / scale) ** 2 - np.log(scale)
        pairs = np.exp(nats - nats.max(axis=1, keepdims=True))
        aggregate = np.log(pairs.mean(axis=1))
        found = np.empty((len(pairs), len(members)))
        for j, member in enumerate(members):
            level = known.levels[rows, j]
            inside = (pairs @ member)[np.arange(len(pairs)), level]
            found[:, j] = np.log(inside) - np.log(member.sum(axis=0)[level])
        yield rows, found - aggregate[:, None]
