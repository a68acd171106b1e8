"""Codes as arrays of numbers, looked at before they are used."""

from typing import Any

import numpy as np

from keras_vae.data import as_numpy


def as_codes(name: str, z: Any, rank: int | None = None) -> np.ndarray:
    """Codes as float64.

    Raises:
        ValueError: if they are a dict of several groups, names of vectors, not finite, or of
            another rank.
    """
    if isinstance(z, dict):
        raise ValueError(
            f"{name} has the groups {', '.join(map(repr, z))}; expected the codes of one: take it "
            f"out, {name}={name}[{next(iter(z), 'z_1')!r}], and give the others back to `decode`."
        )
    z = np.asarray(z, "float64") if isinstance(z, list | tuple) else as_numpy(z)
    if not np.issubdtype(z.dtype, np.floating):
        raise ValueError(
            f"{name} has the type {z.dtype}; expected floats. Discrete codes are names, between "
            "which there is no way: take their vectors, vae.latents.vectors(codes)."
        )
    wanted = "(n, latent_dim)" if rank is None else "(latent_dim,)"
    if z.size == 0 or (rank is None and z.ndim < 2) or (rank is not None and z.ndim != rank):
        raise ValueError(f"{name} has shape {z.shape}; expected codes of shape {wanted}.")
    if not np.isfinite(z).all():
        raise ValueError(f"{name} has values that are not finite.")
    return z.astype("float64")
