"""Codes and factors as every score takes them: looked at once, constants told from the rest."""

from typing import Any, Literal, NamedTuple

import numpy as np

Kind = Literal["ordered", "nominal"]
KINDS = ("ordered", "nominal")

STILL = 1e-6
"""Standard deviation, in parts of its root mean square, up to which a code is constant."""


class Known(NamedTuple):
    """Factors of n examples.

    Attributes:
        values: integers as they came, of shape (n, F).
        levels: the same, counted from 0 in each column without a gap.
        sizes: the number of values of each factor, of shape (F,).
        names: a name for each.
        kinds: "ordered" or "nominal" for each.
    """

    values: np.ndarray
    levels: np.ndarray
    sizes: np.ndarray
    names: tuple[str, ...]
    kinds: tuple[str, ...]


def as_codes(codes: Any, name: str = "codes") -> np.ndarray:
    """Codes in float64, of shape (n, D); a column that is constant up to rounding is zero.

    Raises:
        ValueError: if they are not numbers of this shape, or not finite, or of fewer than two
            examples.
    """
    if isinstance(codes, dict):
        raise ValueError(
            f"`{name}` came as a dict with the keys {', '.join(map(repr, codes))}; expected one "
            'array of shape (n, D): write codes["z_1"], or np.concatenate(list(codes.values()), 1).'
        )
    array = np.asarray(codes)
    if array.ndim != 2 or array.shape[1] == 0 or array.dtype.kind not in "biuf":
        raise ValueError(
            f"`{name}` came with shape {array.shape} and dtype {array.dtype}; expected numbers of "
            "shape (n, D), one row for each example. Write z[:, None] for a single code, and "
            "z.reshape(len(z), -1) for a grid."
        )
    if len(array) < 2:
        raise ValueError(f"`{name}` has {len(array)} examples; a score compares at least two.")
    array = array.astype("float64")
    if not np.isfinite(array).all():
        raise ValueError(
            f"`{name}` has {np.sum(~np.isfinite(array))} values that are NaN or infinite; expected "
            "finite numbers. Look at the model's loss, or leave these examples out."
        )
    size = np.sqrt(np.mean(array**2, axis=0))
    array[:, array.std(axis=0) <= STILL * size] = 0.0
    return array


def as_factors(factors: Any, examples: int, kinds: Any = None, least: int = 1) -> Known:
    """The factors of the examples whose codes came.

    Args:
        factors: integers of shape (n, F), or what holds them as `factors`, with `names` and
            `kinds`, as `datasets.Factors` does.
        examples: n, as the codes have it.
        kinds: "ordered" or "nominal" for each factor; as `factors` says it, or all ordered.
        least: number of factors that the score needs.

    Raises:
        ValueError: if shapes do not agree, a factor is no integer or constant, or a kind unknown.
    """
    array = np.asarray(getattr(factors, "factors", factors))
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise ValueError(
            f"`factors` came with shape {array.shape} and dtype {array.dtype}; expected integers "
            "of shape (n, F), a column for each factor. Write v[:, None] for a single factor, and "
            "np.unique(v, return_inverse=True)[1] for names."
        )
    if len(array) != examples:
        raise ValueError(
            f"`factors` has {len(array)} examples and `codes` {examples}; expected a row for each "
            "example in both, in the same order."
        )
    if array.shape[1] < least:
        raise ValueError(
            f"`factors` has {array.shape[1]} columns; this score compares at least {least} "
            "factors. mutual_information_gap and sap take a single one."
        )
    names = tuple(getattr(factors, "names", [f"v[{j}]" for j in range(array.shape[1])]))
    if len(names) != array.shape[1]:
        raise ValueError(
            f"{len(names)} names came for {array.shape[1]} factors; expected a name for each "
            "column. Give the columns that are named, or a plain array."
        )
    kinds = getattr(factors, "kinds", None) if kinds is None else kinds
    kinds = ("ordered",) * array.shape[1] if kinds is None else kinds
    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if len(kinds) != array.shape[1] or not set(kinds) <= set(KINDS):
        raise ValueError(
            f"kinds={kinds!r} came for {array.shape[1]} factors; expected 'ordered' or 'nominal' "
            "for each of them, such as kinds=('nominal', 'ordered')."
        )
    levels = np.empty(array.shape, "int64")
    for j, column in enumerate(array.T):
        if not np.isfinite(column).all() or np.any(column != np.floor(column)):
            raise ValueError(
                f"The factor {names[j]} has values that are no integers; expected the level of "
                "each example. Write np.digitize(v, edges) for a quantity that is measured."
            )
        levels[:, j] = np.unique(column, return_inverse=True)[1]
    sizes = levels.max(axis=0) + 1
    if (sizes == 1).any():
        j = int(sizes.argmin())
        raise ValueError(
            f"The factor {names[j]} is constant: it is {array[0, j]} in all {examples} examples, "
            "and nothing can be said about it. Leave its column out."
        )
    return Known(array.astype("int64"), levels, sizes, names, kinds)


def active_codes(codes: np.ndarray, active: Any) -> np.ndarray:
    """Which codes count, booleans of shape (D,): those that vary, of those that are named.

    Raises:
        ValueError: if `active` is no boolean for each code.
    """
    vary = np.any(codes != 0.0, axis=0)
    if active is None:
        return vary
    active = np.asarray(active)
    if active.dtype != bool or active.shape != vary.shape:
        raise ValueError(
            f"`active` came with shape {active.shape} and dtype {active.dtype}; expected a boolean "
            f"for each of the {len(vary)} codes, as evaluation.active_units(vae, x) gives them."
        )
    return np.asarray(vary & active)
