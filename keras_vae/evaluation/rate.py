"""Rate and distortion: the two parts of the negative ELBO."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_vae.estimators.elbo import Bound
from keras_vae.estimators.log_weights import chunks
from keras_vae.tensors import Seed

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class RateDistortion(NamedTuple):
    """The two parts of the negative ELBO, averaged over the data: −ELBO = rate + distortion.

    Attributes:
        rate: mean KL(q(z|x) ‖ p(z)) in nats: what the code costs.
        distortion: mean −log p(x|z) in nats: what is lost in spite of it.
    """

    rate: float
    distortion: float


def rate_distortion(
    vae: "VAE", x: Any, num_samples: int = 1, seed: Seed = None, batch_size: int = 128
) -> RateDistortion:
    r"""Rate and distortion of a model on data, in nats per example.

    $$R = \frac1n\sum_i\mathrm{KL}(q(z\mid x_i)\,\Vert\,p(z)),\qquad
    \mathcal D = -\frac1n\sum_i\mathbb E_{q(z\mid x_i)}[\log p(x_i\mid z)],\qquad
    -\mathrm{ELBO} = R + \mathcal D$$

    Models with the same ELBO lie on a diagonal, and training with β finds the point of the
    frontier where its slope is $d\mathcal D/dR = -\beta$ (Alemi et al. 2018, Fixing a Broken ELBO,
    section 3). The rate is in closed form where there is one.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples at a time.

    Returns:
        A `RateDistortion`.

    Raises:
        ValueError: if `num_samples` is no integer of at least 1.

    Examples:
        A decoder that ignores its code, N(0, I), and codes of mean ±2:

        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> decoder = keras_vae.Decoder((1,), (), head=keras_vae.layers.NormalHead(scale=1.0))
        >>> vae = keras_vae.VAE(encoder, decoder)
        >>> vae.build((None, 1))
        >>> one, none = np.ones((1, 1)), np.zeros(1)
        >>> encoder.set_weights([2.0 * one, none, 0.0 * one, none])
        >>> decoder.set_weights([0.0 * one, none])
        >>> rate, distortion = rate_distortion(vae, np.array([[1.0], [-1.0]]))
        >>> print(f"{rate:.4f} {distortion:.4f}")  # 2²/2 and (1² + log 2π)/2
        2.0000 1.4189
    """
    rate, negative_elbo = 0.0, 0.0
    for size, chunk in chunks(vae, x, num_samples, seed, batch_size, 0, None, Bound):
        share = size / num_samples
        rate += share * float(np.mean(chunk["kl"], dtype="float64"))
        negative_elbo -= share * float(np.mean(chunk["elbo"], dtype="float64"))
    return RateDistortion(rate, negative_elbo - rate)
