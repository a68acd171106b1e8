"""Infinite logits: a number so large that formulas reach their limits, and ∞ in the result."""

import math

from keras import ops

from keras_vae.tensors import Tensor

LARGEST = 1.5e38  # differences still fit into single precision


def bounded(logits: Tensor) -> Tensor:
    """±∞ as ±1.5e38, where no formula meets ∞ − ∞ or 0 · ∞; other logits are left as they are."""
    # On PyTorch `ops.clip` takes twice as long.
    return ops.minimum(ops.maximum(logits, -LARGEST), LARGEST)


def unbounded(nats: Tensor) -> Tensor:
    """Nats that only a bounded logit can give, as ±∞."""
    nats = ops.where(nats < -1e30, -math.inf, nats)
    return ops.where(nats > 1e30, math.inf, nats)
