"""Missing values from observed ones, by self-normalized importance sampling."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.estimators.log_weights import BATCH_SIZE, LogWeights, chunks
from keras_vae.observations import values_of
from keras_vae.tensors import Seed, Tensor


class WeightedMean(LogWeights):
    """Mean of p(x|z) over draws of z, each with its importance weight, run by `predict`."""

    def start(self, examples: Any) -> dict[str, Tensor]:
        mean = ops.zeros((examples, *self.vae.decoder.event_shape))
        return {"log_weight": ops.full((examples,), -np.inf), "mean": mean}

    def add(self, number: Any, known: dict[str, Tensor], terms: Any) -> dict[str, Tensor]:
        means, chunk = terms.likelihood.mean(), ops.logsumexp(terms.log_weights, axis=0)
        log_weight = ops.logaddexp(known["log_weight"], chunk)
        ones = [1] * (len(means.shape) - 2)
        share = ops.exp(terms.log_weights - log_weight)
        old = ops.reshape(ops.exp(known["log_weight"] - log_weight), (-1, *ones))
        share = ops.reshape(share, (self.num_samples, -1, *ones))
        return {
            "log_weight": log_weight,
            "mean": old * known["mean"] + ops.sum(share * means, axis=0),
        }

    def outputs_of(self, known: dict[str, Tensor]) -> dict[str, Tensor]:
        return known


def impute(
    vae: Any,
    x: np.ndarray,
    batch_size: int = 1024,
    num_samples: int | None = None,
    seed: Seed = None,
) -> np.ndarray:
    r"""Fill NaN from what was observed of each example.

    Without `num_samples`, by one reconstruction: p(x|z) at the mean of the posterior that the
    encoder gives to x with 0 for what is missing. That is fast and biased: an encoder that has seen
    few holes in training takes the 0 for a value. With `num_samples`, by the conditional mean of
    the model:

    $$\mathbb E[x\mid x_{\text{obs}}] \approx \frac{\sum_s w_s\,\mathbb E[x\mid z_s]}{\sum_s w_s},
    \qquad w_s = \frac{p(x_{\text{obs}}\mid z_s)\,p(z_s)}{q(z_s\mid x_{\text{obs}})},
    \quad z_s\sim q(z\mid x_{\text{obs}})$$

    The weights take away what the zeros do to the encoder; a bias of the order of 1/S remains,
    where q(z|x) is wide enough for the weights to have a variance. On a linear-Gaussian model with
    data around 2, 4 values in 10 missing, and an encoder that is exact for complete data, the error
    (RMSE) of one reconstruction is 1.15, that of the mean of each column 1.05, that of 1000
    weighted draws of a wider posterior 0.72, and that of the exact conditional mean 0.71.

    Args:
        vae: a model with `missing_values=True`, or any where x tells what was observed.
        x: examples, of shape (n, ...), with NaN for missing values; or a dict with `"observed"`.
        batch_size: examples to reconstruct at a time.
        num_samples: draws S per example, in batches of their own; None reconstructs.
        seed: integer or `keras.random.SeedGenerator` for the draws.

    Returns:
        x with numbers in place of what was missing.

    Raises:
        ValueError: if the model was made without `missing_values=True`, or `num_samples` is no
            integer of at least 1.

    References:
        Mattei & Frellsen 2019, MIWAE: Deep Generative Modelling and Imputation of Incomplete Data
        Sets.

    Examples:
        >>> import keras_vae
        >>> encoder, decoder = keras_vae.Encoder(1, ()), keras_vae.Decoder((3,), ())
        >>> vae = keras_vae.VAE(encoder, decoder, missing_values=True)
        >>> vae.build((None, 3))
        >>> x = np.array([[1.0, 0.0, np.nan]])
        >>> vae.impute(x, num_samples=10, seed=0)[0, :2].tolist()
        [1.0, 0.0]
    """
    if not (vae.missing_values or (isinstance(x, dict) and "observed" in x)):
        raise ValueError(
            "impute fills missing values, and this model was made without them: its encoder would "
            "see NaN and answer NaN. Write VAE(..., missing_values=True), and train it on data "
            'with NaN where values are missing; or give {"x": x, "observed": mask}.'
        )
    x, _ = vae.examples(x)
    if num_samples is None:
        filled = vae.reconstruct(x, batch_size)
    else:
        filled = conditional_mean(vae, x, num_samples, seed)
    return np.where(np.isnan(values := values_of("x", x, vae.missing_values)), filled, values)


def conditional_mean(vae: Any, x: Any, num_samples: int, seed: Seed) -> np.ndarray:
    """E[x | what was observed of it], from chunks of draws, each with its share of the weight."""
    total: Any = -np.inf
    mean: Any = 0.0
    for _, chunk in chunks(vae, x, num_samples, seed, BATCH_SIZE, 0, estimator=WeightedMean):
        here = np.asarray(chunk["log_weight"], "float64")
        total = np.logaddexp(total, here)
        share = np.exp(here - total).reshape(-1, *[1] * (chunk["mean"].ndim - 1))
        mean = mean + share * (chunk["mean"] - mean)
    return np.asarray(mean)
