"""Schedules that go from one weight to another."""

import math
from typing import Any

import keras

from keras_vae.arguments import nonnegative, whole
from keras_vae.keras_compat import register
from keras_vae.schedules.schedule import Schedule


class Ramp(Schedule):
    r"""A way from one weight to another, of a shape that a subclass gives.

    $$\beta(t) = \beta_0 + (\beta_1 - \beta_0)\, s(t/T) \text{ for } t < T, \qquad
    \beta(t) = \beta_1 \text{ for } t \ge T, \qquad s(0) = 0$$

    Args:
        start: $\beta_0$, the weight at the first step.
        end: $\beta_1$, the weight from step T on.
        steps: the length T; None when `lasting` or `KLAnnealing` will say it.

    Raises:
        ValueError: if a weight is negative or not finite, or `steps` not a whole number >= 1.
    """

    def __init__(self, start: float = 0.0, end: float = 1.0, steps: int | None = None) -> None:
        self.start = nonnegative("start", start)
        self.end = nonnegative("end", end)
        self.steps = None if steps is None else whole("steps", steps, 1)

    def shape(self, progress: Any) -> Any:
        """Returns s(progress), elementwise, for progress in [0, 1)."""
        raise NotImplementedError

    def rise(self, step: Any, length: float) -> Any:
        """Returns the ramp of some length; where it ends is decided in whole steps."""
        precision = keras.backend.result_type(keras.config.floatx(), "float32")
        progress = keras.ops.cast(step, precision) / length
        beta = self.start + (self.end - self.start) * self.shape(progress)
        # 0.1·3·10 is 3.0000000000000004 in binary, and yet such a ramp ends at step 3.
        return keras.ops.where(step < math.ceil(length * (1.0 - 1e-12)), beta, self.end)

    def call(self, step: Any) -> Any:
        return self.rise(step, self.steps)


@register
class Linear(Ramp):
    """The plain warm-up, $s(p) = p$ (Sønderby et al. 2016, "Ladder variational autoencoders").

    Examples:
        >>> print(Linear(0.0, 2.0, steps=4).values(6))
        [0.  0.5 1.  1.5 2.  2. ]
    """

    def shape(self, progress: Any) -> Any:
        return progress


@register
class Cosine(Ramp):
    r"""A ramp with soft ends, $s(p) = (1 - \cos \pi p)/2$.

    Examples:
        >>> print(f"{float(Cosine(1.0, 0.0, steps=300)(100)):.4f}")
        0.7500
    """

    def shape(self, progress: Any) -> Any:
        return (1.0 - keras.ops.cos(math.pi * progress)) / 2.0


@register
class Sigmoid(Ramp):
    r"""A logistic curve (Bowman et al. 2016, figure 2), normalised so that $s(0)=0$, $s(1)=1$.

    $$s(p) = \frac{\sigma(k(p - 1/2)) - \sigma(-k/2)}{\sigma(k/2) - \sigma(-k/2)}$$

    Args:
        start: the weight at the first step.
        end: the weight from step T on.
        steps: the length T; None when `lasting` or `KLAnnealing` will say it.
        sharpness: k >= 0.01; nearly `Linear` when small, nearly a jump when large.

    Raises:
        ValueError: as `Linear` does, and if `sharpness` is below 0.01 or not finite.

    Examples:
        >>> print(Sigmoid(steps=4).values(6).round(3))
        [0.    0.045 0.5   0.955 1.    1.   ]
    """

    def __init__(
        self,
        start: float = 0.0,
        end: float = 1.0,
        steps: int | None = None,
        sharpness: float = 12.0,
    ) -> None:
        super().__init__(start, end, steps)
        self.sharpness = nonnegative("sharpness", sharpness)
        if self.sharpness < 0.01:
            raise ValueError(
                f"sharpness={sharpness!r} is nearly Linear: use that, or 0.01 and more."
            )

    def shape(self, progress: Any) -> Any:
        """Returns s(p), by tanh a − tanh b = tanh(a − b)(1 − tanh a tanh b): no cancellation."""
        k, half = self.sharpness, math.tanh(self.sharpness / 4.0)
        middle = keras.ops.tanh(k / 2.0 * (progress - 0.5))
        return keras.ops.tanh(k / 2.0 * progress) * (1.0 + half * middle) / (2.0 * half)


@register
class Cyclical(Linear):
    r"""Linear warm-ups, one after another (Fu et al. 2019, "Cyclical annealing schedule").

    With M cycles of $P = \lceil T/M \rceil$ steps and their rising part r,

    $$\beta(t) = \beta_0 + (\beta_1 - \beta_0)\min(1, \tau/r), \qquad
    \tau = \frac{t \bmod P}{P} \text{ for } t < T, \qquad \beta(t) = \beta_1 \text{ for } t \ge T$$

    Over a cycle, $\min(1, \tau/r)$ has the mean $1 - r/2 - 1/(2P)$ when rP is whole; that is
    $1 - r/2$ for long cycles.

    Args:
        start: $\beta_0$, the weight at the beginning of each cycle.
        end: $\beta_1$, the weight after each ramp.
        steps: the length T of all cycles; None when `lasting` or `KLAnnealing` will say it.
        cycles: their number M.
        ramp: r, in (0, 1].

    Raises:
        ValueError: as `Linear` does, and if there is no cycle, `ramp` is outside (0, 1], or a
            cycle is shorter than 2 steps.

    Examples:
        >>> print(Cyclical(steps=8, cycles=2).values(10))
        [0.  0.5 1.  1.  0.  0.5 1.  1.  1.  1. ]
    """

    def __init__(
        self,
        start: float = 0.0,
        end: float = 1.0,
        steps: int | None = None,
        cycles: int = 4,
        ramp: float = 0.5,
    ) -> None:
        super().__init__(start, end, steps)
        self.cycles = whole("cycles", cycles, 1)
        self.ramp = nonnegative("ramp", ramp)
        if not 0.0 < self.ramp <= 1.0:
            raise ValueError(f"ramp={ramp!r} must be in (0, 1], the rising part of a cycle.")
        if steps is not None and steps < 2 * cycles:
            raise ValueError(
                f"steps={steps!r} is too short for cycles={cycles!r}: a cycle has at least 2 steps."
            )

    def call(self, step: Any) -> Any:
        """Returns the ramp since the beginning of the cycle."""
        period = -(-self.steps // self.cycles)
        beta = self.rise(step % period, self.ramp * period)
        return keras.ops.where(step < self.steps, beta, self.end)
