"""The FactorVAE score: which code varies least while one factor stands still."""

from typing import Any

import numpy as np

from keras_vae.arguments import count, whole
from keras_vae.disentanglement.batches import sharing, which_factor
from keras_vae.disentanglement.factors import active_codes, as_codes, as_factors
from keras_vae.disentanglement.scores import Score, bootstrap

CHUNK = 100
"""Votes whose batches are held at a time."""


def factor_vae_score(
    codes: Any,
    factors: Any,
    votes: int = 2000,
    batch_size: int = 64,
    active: Any = None,
    *,
    resamples: int = 100,
    seed: int = 0,
) -> Score:
    r"""How well the code that varies least tells which factor is held fixed.

    For each vote one factor j is held: a batch is drawn from the examples that share its value with
    a random one. The vote is the pair of j and

    $$\arg\min_{i\text{ active}}
    \frac{\operatorname{Var}_{\text{batch}}(z_i)}{\operatorname{Var}(z_i)}$$

    One half of the votes says which factor each code stands for, by majority; the score is the
    share of the other half that it gets right. Chance is 1/F; without an active code it is 0.
    Batches are drawn again from the examples given, so that correlated factors stay correlated: a
    held factor then holds others too, and the score falls.

    **What it cannot see:** one factor of three that no code speaks of leaves the score at 2/3; a
    code of nothing but noise beside the other two raises it to 0.8. Codes (v₁, v₂, v₁ + v₂ + v₃),
    duplicates, and rotations of which each code has another largest part score 1.00; one whose
    codes have two equal parts of ⅔, and one of ⅓, scores ½.

    Args:
        codes: float, of shape (n, D): means of q(z|x), as `vae.encode(x)` gives them.
        factors: integers of shape (n, F), two factors at least, or a `datasets.Factors`.
        votes: number of batches, of which one half says what a code stands for.
        batch_size: examples in a batch.
        active: which codes count, booleans of shape (D,), as `evaluation.active_units` gives them;
            by default those that vary.
        resamples: samples of the bootstrap: of the votes that are judged.
        seed: of the votes and the bootstrap.

    Returns:
        A `Score`, with `votes` (D, F), the counts of the first half, `examples` and the number of
        `active` codes in its details.

    Raises:
        ValueError: if shapes do not agree, a factor is constant, or there is one alone.

    References:
        Kim & Mnih 2018, Disentangling by Factorising, section 4.

    Examples:
        >>> factors = np.indices((3, 4)).reshape(2, -1).T.repeat(10, axis=0)
        >>> print(f"{factor_vae_score(factors, factors, votes=100).value:.4f}")
        1.0000
    """
    codes = as_codes(codes)
    known = as_factors(factors, len(codes), least=2)
    counted = np.flatnonzero(active_codes(codes, active))
    votes, batch_size = count("votes", votes, 2), count("batch_size", batch_size, 2)
    random = np.random.default_rng([whole("seed", seed, 0), 1])
    held = which_factor(known, votes, random)
    vote = np.zeros(votes, "int64")
    scaled = codes[:, counted] / codes[:, counted].std(axis=0)
    for start in range(0, votes if len(counted) else 0, CHUNK):
        here = slice(start, start + CHUNK)
        batch = scaled[sharing(known, held[here], batch_size, random)]
        vote[here] = counted[batch.var(axis=1).argmin(axis=1)]
    half = votes // 2
    table = np.zeros((codes.shape[1], len(known.sizes)), "int64")
    np.add.at(table, (vote[:half], held[:half]), 1)
    right = (table.argmax(axis=1)[vote[half:]] == held[half:]) & (len(counted) > 0)
    value, error = bootstrap(
        lambda weights: float(np.average(right, weights=weights)), len(right), resamples, seed
    )
    return Score(
        float(value),
        float(error),
        {"votes": table, "examples": len(codes), "active": len(counted)},
    )
