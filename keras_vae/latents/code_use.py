"""How many codes are in use, counted over all examples of an epoch."""

from typing import Any

import keras
from keras import ops

from keras_vae.keras_compat import sums_by
from keras_vae.tensors import Tensor


class CodeUse(keras.metrics.Metric):
    r"""Perplexity and usage of codes, from counts that are pooled over an epoch.

    $$\text{perplexity} = \exp\Big(-\sum_k \hat p_k\log\hat p_k\Big)\in[1, K],\qquad
    \text{usage} = \frac1K\,\#\{k: \hat p_k > 0\}$$

    A mean over batches would be lower: 512 draws of 512 codes, all equally likely, have a
    perplexity of 289 on average. Of several stages the entropy and the usage are means over them.

    Args:
        num_codes: number K of codes.
        stages: how many codes stand in each place, on the last axis; None is one, without an axis.
        **kwargs: passed to `keras.metrics.Metric`.

    Attributes:
        suffix: what the names end in, such as `_1` for one of several levels.

    Examples:
        >>> use = CodeUse(4)
        >>> use.update_state(ops.convert_to_tensor([[0, 1], [1, 0]]))
        >>> print(*(f"{name} {float(value):.2f}" for name, value in use.result().items()))
        perplexity 2.00 usage 0.50
    """

    def __init__(self, num_codes: int, stages: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"name": "code_use", "dtype": "float32", **kwargs})
        self.num_codes, self.stages, self.suffix = num_codes, stages or 1, ""
        self.counts = self.add_variable((self.stages, num_codes), "zeros", name="counts")

    def update_state(self, z: Tensor, sample_weight: Tensor | None = None) -> None:
        """Count codes of shape (B, ...), by the weight of their examples."""
        z = ops.reshape(z, (ops.shape(z)[0], -1, self.stages))
        weight = ops.ones_like(z[:, 0, 0]) if sample_weight is None else sample_weight
        weight = ops.cast(weight, "float32")[:, None, None] * ops.ones_like(z, "float32")
        # Each stage counts in a stretch of its own.
        places = z + self.num_codes * ops.arange(self.stages, dtype=z.dtype)
        places, weight = ops.reshape(places, (-1,)), ops.reshape(weight, (-1,))
        counts = sums_by(places, weight, self.stages * self.num_codes)
        self.counts.assign(self.counts + ops.reshape(counts, (self.stages, self.num_codes)))

    def result(self) -> dict[str, Tensor]:
        """The two numbers by name."""
        counts = self.counts + 0.0  # a copy, as PyTorch would hand out the state itself
        share = ops.divide_no_nan(counts, ops.sum(counts, axis=1, keepdims=True))
        entropy = -ops.sum(share * ops.log(ops.maximum(share, 1e-30)), axis=1)
        used = ops.cast(share > 0.0, "float32")
        found = {"perplexity": ops.exp(ops.mean(entropy)), "usage": ops.mean(used)}
        return {f"{name}{self.suffix}": value for name, value in found.items()}
