"""What formulas become where a logit is infinite and a probability is exactly 0 or 1."""

from collections.abc import Callable

from keras import ops

from keras_vae.tensors import Tensor


def times(weight: Tensor, value: Tensor) -> Tensor:
    """`weight * value` with 0 · ∞ = 0, as in p log p; finite values are left as they are."""
    undefined = ops.logical_and(ops.equal(weight, 0.0), ops.logical_not(ops.isfinite(value)))
    return weight * ops.where(undefined, 0.0, value)


def with_limit(formula: Callable[[Tensor], Tensor], logits: Tensor, limit: Tensor) -> Tensor:
    """`formula(logits)`, and `limit` where a logit is infinite."""
    infinite = ops.isinf(logits)
    # The formula never sees an infinite logit: a gradient of NaN survives the selection.
    return ops.where(infinite, limit, formula(ops.where(infinite, 0.0, logits)))
