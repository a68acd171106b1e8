"""The ELBO with a price on the dependence between latent dimensions, told by a critic."""

from typing import Any

import keras
from keras import ops

from keras_vae.arguments import nonnegative
from keras_vae.keras_compat import register
from keras_vae.objectives.critics import CriticObjective, dense_critic
from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Seed, Tensor, as_float


@register
class FactorVAE(CriticObjective):
    r"""ELBO and a penalty on the total correlation of the aggregate posterior, told by a critic.

    $$J = -\log p(x\mid z) + \beta\,\mathrm{KL}(q(z\mid x)\,\Vert\,p(z))
    + \gamma\,\mathrm{KL}\Big(q(z)\,\Big\Vert\prod_j q(z_j)\Big)$$

    Kim & Mnih 2018, equation 2. The critic tells draws of q(z), which are real, from draws of
    $\prod_jq(z_j)$: the same batch with each latent dimension in an order of its own. Its logit t
    is an estimate of the log of their ratio, and the mean of t over q(z) one of the total
    correlation; γ comes on top of the total correlation that is part of the KL.

    A critic that is not trained enough tells too small a total correlation, even one below 0: the
    log `total_correlation` is no bound. Look at `critic_accuracy` too.

    Args:
        gamma: γ ≥ 0.
        critic: any Keras layer or model from z to one logit; None is a dense network.
        hidden_units: its layers, where none is given.

    Examples:
        >>> from keras_vae import VAE, Decoder, Encoder
        >>> from keras_vae.optimizers import PerPart
        >>> vae = VAE(Encoder(10, (256,)), Decoder((8, 8), (256,)), objective=FactorVAE(gamma=10.0))
        >>> critic = keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9)
        >>> vae.compile(PerPart({"objective": critic}, rest=keras.optimizers.Adam(1e-4)))
    """

    measures = ("total_correlation", *CriticObjective.measures)

    def __init__(
        self, gamma: float = 10.0, critic: Any = None, hidden_units: tuple[int, ...] = (256, 256)
    ) -> None:
        super().__init__(dense_critic(hidden_units) if critic is None else critic)
        self.gamma = nonnegative("gamma", gamma)

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        z = terms.z[0]
        correlation = terms.noted["total_correlation"] = self.judge(terms, z)
        independent = independently_ordered(z, terms.example_weights, terms.noise)
        lesson = self.lesson(terms, z, independent)
        return terms.reconstruction_loss + beta * terms.kl + self.gamma * correlation + lesson

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gamma": self.gamma}


def independently_ordered(z: Tensor, weights: Tensor, seed: Seed) -> Tensor:
    """A batch of shape (B, ...) with each coordinate in an order of its own.

    An example of weight 2 is there twice, one of weight 0 not at all: places in each order are
    evenly spaced in the cumulative weights.
    """
    size = ops.shape(z)[0]
    flat = ops.reshape(z, (size, -1))
    order = ops.argsort(keras.random.uniform(ops.shape(flat), seed=seed), axis=0)
    share = ops.divide_no_nan(ops.cumsum(weights), ops.sum(weights))
    place = ops.searchsorted(share, ops.reshape((as_float(order) + 0.5) / as_float(size), (-1,)))
    place = ops.reshape(ops.minimum(place, size - 1), ops.shape(flat))
    return ops.reshape(ops.take_along_axis(flat, place, axis=0), ops.shape(z))
