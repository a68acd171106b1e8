"""The head of a normal distribution with independent coordinates."""

from typing import Any, Literal

from keras import ops

from keras_vae.arguments import is_number
from keras_vae.distributions import Distribution, Normal
from keras_vae.heads.head import Head, Parameters, bounded_scale
from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor


@register
class NormalHead(Head):
    r"""Normal distribution with independent coordinates.

    Args:
        scale: where the standard deviation comes from.
            `"learned"`: another linear map of the features, one $\sigma$ per coordinate, example,
            that starts at $\sigma = 1$;
            `"shared"`: one trained $\sigma$ for all coordinates and examples;
            `"optimal"`: the maximum-likelihood $\sigma^2=\frac1{BD}\sum\lVert x-\mu\rVert^2$ of the
            batch during training, its running mean otherwise, and in a head with
            `trainable = False` (Rybkin et al. 2021, section 3); on several devices each takes
            that of its share of the batch;
            a number: this fixed $\sigma$.
        event_shape: shape of one event; set by the owner.

    Examples:
        >>> from keras import ops
        >>> head = NormalHead(scale=0.1, event_shape=(3,))
        >>> parameters = head(ops.ones((2, 5)))
        >>> head.distribution(parameters)
        Normal(batch_shape=(2,), event_shape=(3,))
    """

    family = Normal

    def __init__(
        self,
        scale: Literal["learned", "shared", "optimal"] | float = "learned",
        event_shape: tuple[int, ...] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        fixed = is_number(scale) and 0.0 < scale < float("inf")
        if not (fixed or (isinstance(scale, str) and scale in ("learned", "shared", "optimal"))):
            raise ValueError(
                "`scale` of a NormalHead must be 'learned', 'shared', 'optimal' or a positive "
                f"number (a fixed standard deviation); received scale={scale!r}."
            )
        self.scale = float(scale) if fixed else scale

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.loc = self.linear("loc")
        self.loc.build(input_shape)
        if self.scale == "learned":
            self.log_scale = self.linear("log_scale", kernel_initializer="zeros")
            self.log_scale.build(input_shape)
        elif self.scale == "shared":
            self.log_scale = self.add_weight(shape=(), initializer="zeros", name="log_scale")
        elif self.scale == "optimal":
            kept: dict[str, Any] = {"shape": (), "trainable": False, "aggregation": "mean"}
            self.best_variance = self.add_weight(initializer="ones", name="best_variance", **kept)
            self.updates = self.add_weight(initializer="zeros", name="updates", **kept)

    def call(self, features: Tensor) -> Parameters:
        loc = self.loc.call(features)
        if self.scale == "learned":
            return {"loc": loc, "scale": bounded_scale(self.log_scale.call(features))}
        if self.scale == "shared":
            scale = bounded_scale(self.log_scale)
        elif self.scale == "optimal":
            scale = ops.sqrt(self.best_variance)
        else:
            scale = self.scale
        return {"loc": loc, "scale": scale * ops.ones_like(loc)}

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Normal:
        loc, scale = parameters["loc"], parameters["scale"]
        if self.scale == "optimal" and target is not None and self.trainable:
            scale = best_scale(loc, target)
        return Normal(loc, scale, event_ndim=self._event_ndim())

    def update(self, likelihood: Distribution, finite: Tensor) -> None:
        kept = self.scale == "optimal" and self.trainable
        if not kept or not isinstance(likelihood, Normal):
            return
        best = ops.stop_gradient(ops.square(likelihood.scale))
        updates = ops.convert_to_tensor(self.updates) + 1.0
        before = ops.convert_to_tensor(self.best_variance)
        after = before + ops.maximum(1.0 / updates, 0.01) * (best - before)
        self.best_variance.assign(ops.where(finite, after, before))
        self.updates.assign(ops.where(finite, updates, updates - 1.0))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}


def best_scale(loc: Tensor, target: Tensor) -> Tensor:
    """The σ of highest likelihood, one for all coordinates and examples; NaN is left out.

    It passes no gradient on: at its optimum the scale has none of its own (envelope theorem).
    """
    observed = ops.cast(ops.logical_not(ops.isnan(target + loc)), loc.dtype)
    squares = ops.square(ops.where(observed > 0.0, target - loc, 0.0))
    variance = ops.sum(squares) / ops.maximum(ops.sum(observed), 1.0)
    return ops.sqrt(ops.stop_gradient(variance) + 1e-12)
