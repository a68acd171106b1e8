"""The shortest way between two codes, measured on what is decoded."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.evaluation.gap import Repeated
from keras_vae.latent_space.codes import as_codes
from keras_vae.latent_space.interpolation import for_all, interpolate
from keras_vae.tensors import Tensor

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class Curve(keras.Model):
    """A way of codes with fixed ends, whose loss is its energy, the mean square of its speed."""

    def __init__(self, vae: "VAE", codes: np.ndarray, condition: Any) -> None:
        super().__init__()
        self.ends, self.speed = codes[[0, -1]], len(codes) - 1
        self.between = self.add_weight(codes[1:-1].shape, name="between")
        self.between.assign(codes[1:-1])
        given = () if condition is None else (ops.convert_to_tensor(condition, "float32"),)
        # A function is no part of this model, so that the decoder keeps its weights.
        self.decoded: Callable[[Tensor], Tensor] = lambda z: vae.likelihood(z, *given).mean()

    def codes(self) -> Tensor:
        """The whole way, of shape (steps, latent_dim)."""
        first, last = (ops.convert_to_tensor(end[None], "float32") for end in self.ends)
        return ops.concatenate([first, ops.convert_to_tensor(self.between), last], axis=0)

    def call(self, x: Tensor) -> Tensor:
        return self.decoded(self.codes())

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        return self.speed * ops.sum(ops.square(y_pred[1:] - y_pred[:-1]))


def geodesic(
    vae: "VAE",
    a: Any,
    b: Any,
    steps: int = 16,
    condition: Any = None,
    iterations: int = 500,
    learning_rate: float = 0.02,
) -> np.ndarray:
    r"""Codes on the shortest way from a to b, as the decoded picture moves.

    Of all ways with these ends the shortest one, passed at even speed, has the least energy

    $$E = (n-1)\sum_{i=1}^{n-1}\lVert g(z_{i+1}) - g(z_i)\rVert_2^2 \;\ge\; L^2$$

    g is the mean of p(x|z), and L the `path_length`; they are equal where all steps of the picture
    are equally long. The codes between the ends are trained from the linear way on, by Adam with a
    rate that falls to 0. It finds a way that is the shortest of those near by, which need not be
    the shortest of all; and it may lead through regions where no code of the data is.

    Args:
        vae: a trained model with one group of latent variables, a vector.
        a: a code, of shape (latent_dim,).
        b: a code, of the same shape.
        steps: number of codes, both ends among them.
        condition: what every picture is given, of shape (k,), for a model with `condition_shape`.
        iterations: training steps.
        learning_rate: of Adam at the beginning, for codes that are one apart; it is multiplied by
            the distance of a and b.

    Returns:
        Codes, float32 of shape (steps, latent_dim).

    Raises:
        ValueError: if shapes differ, or `steps` is less than 3.

    References:
        Arvanitidis, Hansen & Hauberg 2018, Latent Space Oddity, section 3. Chen et al. 2018,
        Metrics for Deep Generative Models.
    """
    way = interpolate(a, b, count("steps", steps, least=3))
    condition = for_all(condition, as_codes("codes", way))
    curve = Curve(vae, way, condition)
    rate = learning_rate * float(np.linalg.norm(way[-1] - way[0]))
    decay = keras.optimizers.schedules.CosineDecay(rate, count("iterations", iterations))
    curve.compile(keras.optimizers.Adam(decay))
    curve.fit(Repeated((np.zeros((1, 1), "float32"),), iterations), verbose=0)
    return ops.convert_to_numpy(curve.codes())
